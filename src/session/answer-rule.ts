import type { Answer, AnswerRule } from './answer.ts'
import { ownPath } from './own-property.ts'

/** Whether the answer is one of those that are meant; `usual` are the statuses of a rule that names none. */
export function meets(
  rule: AnswerRule,
  answer: Answer,
  usual: readonly number[],
): boolean | Promise<boolean> {
  const { status = usual, code } = { __proto__: null, ...rule } as unknown as AnswerRule
  if (!status.includes(answer.status)) return false
  return code ? hasCode({ __proto__: null, ...code } as unknown as typeof code, answer) : true
}

async function hasCode(
  { path, only, except }: NonNullable<AnswerRule['code']>,
  answer: Answer,
): Promise<boolean> {
  const found = ownPath(await answer.json(), path)
  // Whoever answers without a code is not the backend that the rule was written for: a proxy, a firewall.
  if (typeof found !== 'string' && typeof found !== 'number') return true
  return only ? only.includes(String(found)) : !except?.includes(String(found))
}
