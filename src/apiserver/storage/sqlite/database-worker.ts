import { parentPort } from 'node:worker_threads'
import { refusalOf } from './database-error.ts'
import { DatabaseKeeper } from './database-keeper.ts'
import type { FromDatabaseThread, ToDatabaseThread } from './database-thread.ts'

/** How often is looked for what is due while nobody writes, milliseconds. */
const TIDY_MS = 10_000
/** How long after a fault of the disk, milliseconds. */
const PATIENCE_MS = 1_000

const port = parentPort!
const tell = (message: FromDatabaseThread): void => port.postMessage(message)

let keeper: DatabaseKeeper | undefined
let path = ''
let tidying = false

/** Between appends, which come first. */
const tidySoon = (): void => {
  if (tidying) return
  tidying = true
  setImmediate(tidy)
}

const tidy = (): void => {
  tidying = false
  try {
    if (keeper?.tidy()) tidySoon()
  } catch (error) {
    tell({ fault: refusalOf(error, path).message })
    tidying = true
    setTimeout(tidy, PATIENCE_MS)
  }
}

port.on('message', (message: ToDatabaseThread) => {
  if ('open' in message) {
    path = message.open.path
    keeper = new DatabaseKeeper({ ...message.open, isSynchronous: true })
    setInterval(tidySoon, TIDY_MS)
    tell({ isOpen: true })
  } else if ('append' in message) {
    try {
      keeper!.append(message.append, message.after)
      tell({ appended: true })
    } catch (error) {
      const { code, message: why } = refusalOf(error, path)
      tell({ refused: code, why })
    }
    tidySoon()
  } else {
    keeper?.close()
    process.exit()
  }
})
