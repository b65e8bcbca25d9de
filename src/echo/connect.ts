import { lookup } from 'node:dns/promises'
import { flagsOf } from './agnhost-flags.ts'
import { FlagError } from './flags.ts'
import { parseGoDuration } from './go-duration.ts'
import { type EchoNetwork, ownSurroundings } from './surroundings.ts'

const FLAGS = { timeout: '0', protocol: 'tcp', 'udp-data': 'hostname' }

/** What came of it, in agnhost's words, which tests look for; nothing where there is a connection. */
type ConnectWord = 'UNKNOWN' | 'TIMEOUT' | 'DNS' | 'REFUSED' | 'OTHER'

class ConnectError extends Error {
  readonly code = 'ECHO_CONNECT'
  readonly word: ConnectWord
  constructor(message: string, word: ConnectWord) {
    super(message)
    this.word = word
  }
}

const split = (destination: string): readonly [host: string, port: number] => {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]*)):(\d+)$/.exec(destination) ?? []
  if (port === undefined) throw new ConnectError(`${destination} is no HOST:PORT`, 'UNKNOWN')
  return [bracketed ?? plain ?? '', Number(port)]
}

const failure = (error: unknown): ConnectError => {
  if (error instanceof ConnectError) return error
  const { code, message } = error as NodeJS.ErrnoException
  return new ConnectError(message, code === 'ECONNREFUSED' ? 'REFUSED' : code === 'ETIMEDOUT' ? 'TIMEOUT' : 'OTHER')
}

/** `keep` is given what is to be closed in the end, whatever becomes of it. */
const begin = async (
  { connect, connectUdp }: EchoNetwork,
  {
    protocol,
    host,
    port,
    data,
  }: { readonly protocol: string; readonly host: string; readonly port: number; readonly data: string },
  keep: (close: () => void) => void,
): Promise<void> => {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  if (protocol === 'tcp') {
    const socket = await connect(host, port)
    keep(() => socket.destroy())
    socket.once('error', reject)
    socket.once('connect', resolve)
  } else {
    const socket = await connectUdp(host, port)
    keep(() => socket.close())
    socket.once('error', reject)
    socket.once('message', () => resolve())
    socket.send(`${data}\n`)
  }
  await promise
}

/**
 * `connect HOST:PORT --timeout=1s --protocol=tcp`: begins a connection, or sends a datagram and waits for an answer, and gives the exit
 * status: 0, or 1 with the reason on standard error, as agnhost does. Throws FlagError.
 */
export const connect = async (
  args: readonly string[],
  network: EchoNetwork = ownSurroundings().network,
  stderr: Pick<NodeJS.WriteStream, 'write'> = process.stderr,
  find: (host: string) => Promise<unknown> = lookup,
): Promise<number> => {
  const { flags, words } = flagsOf('connect', args, FLAGS)
  const [destination, ...more] = words
  if (destination === undefined || more.length > 0) throw new FlagError('connect: one HOST:PORT is asked')
  const timeout = parseGoDuration(flags.timeout)
  if (timeout === undefined) throw new FlagError(`connect: --timeout ${flags.timeout} is no duration, as 1s or 500ms`)
  if (flags.protocol !== 'tcp' && flags.protocol !== 'udp')
    throw new FlagError(`connect: --protocol ${flags.protocol}: known are tcp and udp; Node.js has no sockets of SCTP`)
  const { protocol, 'udp-data': data } = flags
  let timer: NodeJS.Timeout | undefined
  let close = (): void => undefined
  // What it waits for where its time is over: DNS that is silent is as bad as DNS that says no.
  let late = new ConnectError('', 'TIMEOUT')
  const { promise: over, reject: end } = Promise.withResolvers<never>()
  try {
    const [host, port] = split(destination)
    // 0 is no limit.
    if (timeout > 0) timer = setTimeout(() => end(late), timeout)
    late = new ConnectError(`lookup ${host}: no answer in ${flags.timeout}`, 'DNS')
    const found = find(host).catch((error: Error) => {
      throw new ConnectError(error.message, 'DNS')
    })
    await Promise.race([found, over])
    late = new ConnectError(`no answer in ${flags.timeout}`, 'TIMEOUT')
    const begun = begin(network, { protocol, host, port, data }, (end) => {
      close = end
    })
    await Promise.race([begun, over])
    return 0
  } catch (error) {
    const { word, message } = failure(error)
    // Whole lines that tests compare with.
    stderr.write(word === 'TIMEOUT' || word === 'REFUSED' ? `${word}\n` : `${word}: ${message}\n`)
    return 1
  } finally {
    clearTimeout(timer)
    close()
  }
}
