import { base64url } from 'jose'
import type { Random } from '../ambient.ts'
import { seal, unseal } from './sealing.ts'

const purpose = 'silent-refresh successor'

/** 256 random bits: guessing is hopeless, so that a fast hash is enough to store it. */
export function createRefreshToken(random: Random): string {
  return base64url.encode(random(32))
}

/** SHA-256 in hexadecimal; its first 8 characters name a token in the audit log. */
export async function hashToken(token: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token))
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Locks the successor so that only a client holding `presented` can have it again; the database cannot. */
export function sealSuccessor(presented: string, successor: string, random: Random): Promise<string> {
  return seal(presented, purpose, successor, random)
}

export function openSuccessor(presented: string, sealed: string): Promise<string> {
  return unseal(presented, purpose, sealed)
}
