import { base64url } from 'jose'
import type { Random } from '../ambient.ts'

const encoder = new TextEncoder()
const ivLength = 12

/** Locks a text with AES-GCM so that only who has the secret can read it; `purpose` keeps two uses of it apart. */
export async function seal(secret: string, purpose: string, text: string, random: Random): Promise<string> {
  const iv = random(ivLength)
  const key = await deriveKey(secret, purpose)
  const locked = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode(text))
  const sealed = new Uint8Array(ivLength + locked.byteLength)
  sealed.set(iv)
  sealed.set(new Uint8Array(locked), ivLength)
  return base64url.encode(sealed)
}

/** Throws with another secret, or another purpose. */
export async function unseal(secret: string, purpose: string, sealed: string): Promise<string> {
  const bytes = new Uint8Array(base64url.decode(sealed))
  const key = await deriveKey(secret, purpose)
  const algorithm = { name: 'AES-GCM', iv: bytes.slice(0, ivLength) }
  const opened = await crypto.subtle.decrypt(algorithm, key, bytes.slice(ivLength))
  return new TextDecoder().decode(opened)
}

/** HKDF: the secrets are random and long, a slow function would add nothing. */
async function deriveKey(secret: string, purpose: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(purpose) }
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
}
