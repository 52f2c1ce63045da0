/**
 * Tries every row on one subject and answers it, so that hundreds take no longer than a few. One that fails says so
 * by its name and hides none of the others: what it left behind is put away with the subject.
 */
export async function tryAll<Row extends { name: string }, Subject>(
  rows: Row[],
  open: () => Promise<Subject>,
  attempt: (row: Row, subject: Subject) => Promise<void>,
): Promise<Subject> {
  const failures: string[] = []
  let subject = await open()
  for (const row of rows) {
    try {
      await attempt(row, subject)
    } catch (error) {
      failures.push(`${row.name}\n${error instanceof Error ? error.message : error}`)
      subject = await open()
    }
  }
  if (failures.length > 0)
    throw new Error(`${failures.length} of ${rows.length} failed\n\n${failures.join('\n\n')}`)
  return subject
}
