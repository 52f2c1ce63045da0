import axios, { type InternalAxiosRequestConfig } from 'axios'
import { ownProperty } from '../session/own-property.ts'

/** Nothing to be combined with a base, nor refused. */
const isAbsolute = /^https?:\/\/[^\\\s]*$/i

// Not so, protocol-relative, or written to confuse: there axios itself has to say what it would make of it.
const isOdd = /[\\:\s]|^\/\//

/** The URL that the request will go to, without its query; undefined if axios refuses it. Read as axios does: own properties. */
export function urlOf(config: InternalAxiosRequestConfig): string | undefined {
  const url = (ownProperty(config, 'url') ?? '') as string
  const baseURL = (ownProperty(config, 'baseURL') ?? '') as string
  if (isOdd.test(url)) {
    const allowAbsoluteUrls = ownProperty(config, 'allowAbsoluteUrls') !== false
    // Merging the configs once more would cost a third of the whole call.
    if (allowAbsoluteUrls && typeof url === 'string' && isAbsolute.test(url)) return url
    try {
      return axios.getUri({
        url,
        baseURL,
        allowAbsoluteUrls,
        params: undefined,
      })
    } catch {
      return undefined
    }
  }
  if (!baseURL) return url
  return url ? `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}` : baseURL
}
