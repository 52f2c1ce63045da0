import { base64url } from 'jose'
import type { Random } from '../ambient.ts'

const encoder = new TextEncoder()
const ivLength = 12

/** 256 random bits: guessing is hopeless, so that a fast hash is enough to store it. */
export function createRefreshToken(random: Random): string {
  return base64url.encode(random(32))
}

/** SHA-256 in hexadecimal; its first 8 characters name a token in the audit log. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', encoder.encode(token))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Locks the successor so that only a client holding `presented` can have it again; the database cannot. */
export async function sealSuccessor(presented: string, successor: string, random: Random): Promise<string> {
  const iv = random(ivLength)
  const key = await deriveKey(presented)
  const locked = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, encoder.encode(successor))
  const sealed = new Uint8Array(ivLength + locked.byteLength)
  sealed.set(iv)
  sealed.set(new Uint8Array(locked), ivLength)
  return base64url.encode(sealed)
}

export async function openSuccessor(presented: string, sealed: string): Promise<string> {
  const bytes = new Uint8Array(base64url.decode(sealed))
  const key = await deriveKey(presented)
  const algorithm = { name: 'AES-GCM', iv: bytes.slice(0, ivLength) }
  const opened = await crypto.subtle.decrypt(algorithm, key, bytes.slice(ivLength))
  return new TextDecoder().decode(opened)
}

async function deriveKey(token: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey('raw', encoder.encode(token), 'HKDF', false, ['deriveKey'])
  const info = encoder.encode('silent-refresh successor')
  const derivation = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info }
  return crypto.subtle.deriveKey(derivation, material, { name: 'AES-GCM', length: 256 }, false, [
    'encrypt',
    'decrypt',
  ])
}
