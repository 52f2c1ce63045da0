export type SqlValue = string | number | null

/** Runs one statement whose parameters are `$1`, `$2`, ... Rows have the properties that the query names. */
export interface Sql {
  /** Answers how many rows it changed. */
  run(text: string, ...values: SqlValue[]): Promise<number>
  one<Row>(text: string, ...values: SqlValue[]): Promise<Row | undefined>
  all<Row>(text: string, ...values: SqlValue[]): Promise<Row[]>
}
