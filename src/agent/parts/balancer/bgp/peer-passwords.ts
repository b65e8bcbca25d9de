import type { Secret } from '#api/core/secret/message.ts'
import { secrets } from '#api/core/secret/resource.ts'
import type { Client } from '#client/client.ts'
import { backoff, type Clock } from '#clock/clock.ts'

/** What is known of a Secret's password; neither: it has been asked for, and nobody has answered. */
export interface Password {
  /** Where it cannot be read any more, that which was read last. */
  readonly text?: string
  /** Why it cannot be read. */
  readonly fault?: string
}

interface Entry {
  known: Password
  failures: number
  cancel: () => void
}

interface PeerPasswordsOptions {
  readonly client: Client
  /** The installation's: agents may read Secrets of no other. */
  readonly namespace: string
  readonly clock: Clock
  readonly random: () => number
  readonly onChange: () => void
}

/** The type of Secrets that hold passwords, as MetalLB asks for too. */
const TYPE = 'kubernetes.io/basic-auth'
/** One that could not be read is asked for again, at first and at most so much later, milliseconds. */
const FIRST_AGAIN = 1_000
const LAST_AGAIN = 60_000
/** A Secret is not watched, for that would show all of them: one that was read is looked at again so often. */
const LOOK_AGAIN = 600_000

/** Passwords of BGP peers, each got by its Secret's name, and only while a peer names it. */
export class PeerPasswords {
  readonly #options: PeerPasswordsOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: PeerPasswordsOptions) {
    this.#options = options
  }

  /** Names of Secrets that are needed from now on. */
  want(names: ReadonlySet<string>): void {
    for (const [name, { cancel }] of this.#entries)
      if (!names.has(name)) {
        cancel()
        this.#entries.delete(name)
      }
    for (const name of names) {
      if (this.#entries.has(name)) continue
      const entry: Entry = { known: {}, failures: 0, cancel: () => undefined }
      this.#entries.set(name, entry)
      void this.#read(name, entry)
    }
  }

  of(name: string): Password {
    return this.#entries.get(name)?.known ?? {}
  }

  async #read(name: string, entry: Entry): Promise<void> {
    const { client, namespace, clock, random, onChange } = this.#options
    const before = entry.known
    const read = await client.get(secrets, name, { namespace }).then(passwordIn, (error: Error) => ({
      fault: error.message,
    }))
    if (this.#entries.get(name) !== entry) return
    const isRead = read.fault === undefined
    entry.failures = isRead ? 0 : entry.failures + 1
    // A session that lives does not end because the API is away.
    entry.known = isRead ? read : { ...before, ...read }
    const wait = isRead ? LOOK_AGAIN * (1 - random() / 4) : backoff(entry.failures - 1, FIRST_AGAIN, LAST_AGAIN, random)
    entry.cancel = clock.after(wait, () => void this.#read(name, entry))
    if (before.text !== entry.known.text || before.fault !== entry.known.fault) onChange()
  }
}

const passwordIn = ({ type, data }: Secret): Password => {
  if (type !== TYPE) return { fault: `it is of type ${type || 'Opaque'}; make it anew as ${TYPE}, with key password` }
  const text = Buffer.from(data?.password ?? '', 'base64').toString()
  return text === '' ? { fault: 'it has no key password; write it there' } : { text }
}
