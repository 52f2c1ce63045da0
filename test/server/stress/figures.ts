/** The value below which this share of all lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) * share)] ?? NaN
}

/** Lines of a name and one figure per column. */
export function printTable(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly [name: string, ...figures: string[]])[],
): void {
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index + 1]?.length ?? 0)),
  )
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(nameWidth)}${cells.map((cell, index) => `  ${cell.padStart(widths[index] ?? 0)}`).join('')}`
  console.log(title)
  console.log(line('', columns))
  for (const [name, ...cells] of rows) console.log(line(name, cells))
}
