import { live } from './life.ts'
import type { Plan } from './plan.ts'
import type { Fault } from './referee.ts'

/** Leaves out step after step, as long as the same fault comes of what is left. */
export async function shrink(plan: Plan, fault: Fault): Promise<Plan> {
  const stillFails = async (candidate: Plan) =>
    (await live(candidate)).complaints.some((complaint) => complaint.fault === fault)
  let shortest = plan
  for (let size = Math.ceil(plan.steps.length / 2), hasShrunk = false; size > 0; ) {
    hasShrunk = false
    for (let at = shortest.steps.length - size; at > -size; at -= size) {
      const from = Math.max(0, at)
      const steps = shortest.steps.toSpliced(from, size)
      if (steps.length === shortest.steps.length || !(await stillFails({ ...shortest, steps }))) continue
      shortest = { ...shortest, steps }
      hasShrunk = true
    }
    if (size > 1) size = Math.floor(size / 2)
    else if (!hasShrunk) size = 0
  }
  return shortest
}

/** The story of a life, line by line. */
export async function storyOf(plan: Plan): Promise<string[]> {
  const lines = [`seed ${plan.seed}: ${JSON.stringify(plan.setting)}`]
  await live(plan, (line) => lines.push(line))
  return lines
}
