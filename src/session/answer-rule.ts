import type { Answer, AnswerRule } from './answer.ts'
import { ownPath } from './own-property.ts'

/**
 * Whether the answer is one of those that are meant. `usual` are the statuses of a rule that names none; `withoutCode`
 * decides where there should be a code and is none: whoever answers so is not the backend that the rule was written for,
 * but a proxy or a firewall.
 */
export function meets(
  rule: AnswerRule,
  answer: Answer,
  usual: readonly number[],
  withoutCode: boolean,
): boolean | Promise<boolean> {
  const { status = usual, code } = { __proto__: null, ...rule } as unknown as AnswerRule
  if (!status.includes(answer.status)) return false
  return code ? hasCode({ __proto__: null, ...code } as unknown as typeof code, answer, withoutCode) : true
}

async function hasCode(
  { path, only, except }: NonNullable<AnswerRule['code']>,
  answer: Answer,
  withoutCode: boolean,
): Promise<boolean> {
  const found = ownPath(await answer.json(), path)
  if (typeof found !== 'string' && typeof found !== 'number') return withoutCode
  return only ? only.includes(String(found)) : !except?.includes(String(found))
}
