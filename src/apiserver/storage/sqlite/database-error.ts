import { JournalError } from '../journal.ts'

type DatabaseErrorCode =
  /** Its octets are not those that were written, or it is no database at all. */
  | 'DATABASE_DAMAGED'
  /** It was written by a later version of ours. */
  | 'DATABASE_NEWER'
  /** A database, of another program. */
  | 'DATABASE_FOREIGN'
  /** Another process has it open. */
  | 'DATABASE_IN_USE'
  /** The disk does not give or take it: full, read-only, a fault. */
  | 'DATABASE_UNUSABLE'
  /** Who wrote to it is gone: whether the last batch is there, the file alone can tell. */
  | 'DATABASE_ABANDONED'

/** The file cannot be opened, read or written as it is. Nothing in it was changed. */
export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode

  constructor(code: DatabaseErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'DatabaseError'
    this.code = code
  }
}

/** SQLite's result codes, of which the low octet is the kind. */
const BUSY = 5
const NOMEM = 7
const CORRUPT = 11
const FULL = 13
const NOTADB = 26
/** Of the whole code: there is no room for the index of the log. */
const NO_INDEX = 4874

interface SystemError extends Error {
  readonly code?: string
  readonly errcode?: number
}

const resultOf = (error: unknown): number => ((error as SystemError).errcode ?? 0) & 0xff

const isFull = (error: unknown): boolean =>
  (error instanceof DatabaseError && error.cause !== undefined && isFull(error.cause)) ||
  resultOf(error) === FULL ||
  (error as SystemError).errcode === NO_INDEX ||
  ['ENOSPC', 'EDQUOT'].includes((error as SystemError).code ?? '')

const wordsOf = (error: unknown): string => {
  const { message, errcode } = error as SystemError
  return errcode === undefined ? message : `${message} (SQLite ${errcode})`
}

/** What an error means to whoever opens or reads the file. */
export const faultOf = (error: unknown, path: string): DatabaseError => {
  if (error instanceof DatabaseError) return error
  switch (resultOf(error)) {
    case CORRUPT:
    case NOTADB:
      return new DatabaseError('DATABASE_DAMAGED', `${path} is damaged: ${wordsOf(error)}`, error)
    case BUSY:
      return new DatabaseError('DATABASE_IN_USE', `${path} is held by another process`, error)
  }
  if (error instanceof SyntaxError)
    return new DatabaseError('DATABASE_DAMAGED', `${path} is damaged: ${error.message}`, error)
  const why = isFull(error) ? 'its disk is full' : wordsOf(error)
  return new DatabaseError('DATABASE_UNUSABLE', `${path} cannot be used: ${why}`, error)
}

/** What an error means to whoever writes. */
export const refusalOf = (error: unknown, path: string): JournalError => {
  if (error instanceof JournalError) return error
  if (isFull(error))
    return new JournalError(
      'FULL',
      `the disk of ${path} is full; free some space there, and writes are taken again by themselves`,
      { cause: error },
    )
  if (error instanceof DatabaseError) return new JournalError('FAILED', error.message, { cause: error })
  const what = resultOf(error) === NOMEM ? 'there is no memory for' : 'the disk does not take'
  return new JournalError('FAILED', `${what} what is written to ${path}: ${wordsOf(error)}`, { cause: error })
}
