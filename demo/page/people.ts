import { demoUsers } from '../server/seed.ts'

export interface Person {
  name: string
  email: string
  password: string
}

const [first, second] = demoUsers

export const people: readonly Person[] = [
  { name: 'Alice', ...first },
  { name: 'Bob', ...second },
]

export function nameOf(email: string): string {
  const person = people.find((one) => one.email === email)
  return person ? `${person.name} (${email})` : email
}
