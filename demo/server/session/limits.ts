import type { RateLimit } from './limiter.ts'

const minute = 60_000

/** What one address, account or session may do. */
export const limits = {
  /** Wrong passwords for one account from one address: elsewhere its owner still gets in. */
  loginOfAccount: { burst: 5, window: 15 * minute },
  /** Wrong passwords from one address, whoever they are for. */
  loginOfAddress: { burst: 50, window: 15 * minute },
  /** Twenty tabs that wake up at once are normal. */
  refreshOfSession: { burst: 60, window: minute },
  refreshOfAddress: { burst: 300, window: minute },
  signUpOfAddress: { burst: 20, window: 60 * minute },
  /** Few from one address, more from all: nobody else can keep the owner from getting one. */
  resetOfAccount: { burst: 3, window: 60 * minute },
  resetOfAccountAnywhere: { burst: 20, window: 60 * minute },
  resetOfAddress: { burst: 20, window: 60 * minute },
} as const satisfies Record<string, RateLimit>
