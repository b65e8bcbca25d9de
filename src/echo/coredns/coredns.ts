import { readFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { FlagError } from '../flags.ts'
import type { Surroundings } from '../surroundings.ts'
import { blockOf, readCorefile, type ServerBlock } from './corefile.ts'
import { RCODE, readQuery, refuse, whoami } from './dns-message.ts'

interface Client {
  readonly address: string
  readonly port: number
  readonly protocol: 'udp' | 'tcp'
}
/** What serves, until it is closed. */
interface CoreDns {
  /** What is listened on, each for both protocols. */
  readonly ports: readonly number[]
  close(): void
}

const UPSTREAM_MS = 2000
const IDLE_MS = 10_000

type Outside = Pick<Surroundings, 'network' | 'say' | 'onFault'>

/** The answer of one upstream to a datagram; undefined where none comes in time. */
const askUpstream = async (data: Buffer, { host, port }: { host: string; port: number }, { network }: Outside) => {
  const socket = await network.connectUdp(host, port)
  try {
    return await new Promise<Buffer | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), UPSTREAM_MS)
      const end = (answer?: Buffer) => {
        clearTimeout(timer)
        resolve(answer)
      }
      socket.on('message', (answer) => {
        if (answer.length > 2 && answer.readUInt16BE(0) === data.readUInt16BE(0)) end(answer)
      })
      socket.on('error', () => end())
      socket.send(data)
    })
  } finally {
    socket.close()
  }
}

const answerOf = async (
  blocks: readonly ServerBlock[],
  data: Buffer,
  client: Client,
  outside: Outside,
): Promise<Buffer | undefined> => {
  const query = readQuery(data)
  if (query === undefined) return refuse(data, RCODE.FORMERR)
  // Another operation than a query.
  if (data.readUInt16BE(2) & 0x7800) return refuse(data, RCODE.NOTIMP)
  const block = blockOf(blocks, query.name)
  if (block === undefined) return refuse(data, RCODE.REFUSED)
  if (block.log) outside.say(`${client.address}:${client.port} ${client.protocol} ${query.name}. ${query.type}`)
  if (block.does.type === 'whoami') return whoami(data, query, client)
  for (const upstream of block.does.to) {
    const answer = await askUpstream(data, upstream, outside).catch(() => undefined)
    if (answer !== undefined) return answer
  }
  return refuse(data, RCODE.SERVFAIL)
}

/** Messages over TCP have their length before them. */
const serveTcp = (socket: Socket, answer: (data: Buffer) => Promise<Buffer | undefined>): void => {
  let rest: Buffer = Buffer.alloc(0)
  socket.setTimeout(IDLE_MS, () => socket.destroy())
  socket.on('error', () => socket.destroy())
  socket.on('data', async (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const data = rest.subarray(2, 2 + rest.readUInt16BE(0))
      rest = rest.subarray(2 + data.length)
      const message = await answer(data)
      if (message === undefined || socket.destroyed) continue
      const length = Buffer.alloc(2)
      length.writeUInt16BE(message.length)
      socket.write(Buffer.concat([length, message]))
    }
  })
}

/** `-conf FILE`: the blocks that are served. */
const blocksOf = (words: readonly string[]): readonly ServerBlock[] => {
  const [flag, file, ...more] = words.flatMap((word) => word.split(/^(-+conf)=/).filter(Boolean))
  if (!/^--?conf$/.test(flag ?? '') || file === undefined || more.length > 0)
    throw new FlagError('coredns: it is told by -conf FILE alone')
  try {
    return readCorefile(readFileSync(file, 'utf8'))
  } catch (error) {
    if (error instanceof FlagError) throw error
    throw new FlagError(`coredns: ${error instanceof Error ? error.message : error}`)
  }
}

/**
 * Serves the zones of a Corefile over UDP and TCP, all of them or none. Throws FlagError for words, and for what a Corefile has that is
 * not here.
 */
export const startCoreDns = async (words: readonly string[], outside: Outside): Promise<CoreDns> => {
  const blocks = blocksOf(words)
  const ports = [...new Set(blocks.map(({ port }) => port))]
  const closers: (() => void)[] = []
  const close = (): void => {
    for (const one of closers) one()
  }
  try {
    for (const port of ports) {
      const here = blocks.filter((block) => block.port === port)
      const socket = await outside.network.bindUdp(port)
      closers.push(() => socket.close())
      socket.on('error', (error) => outside.onFault(`coredns: ${error.message}`))
      socket.on('message', async (data, { address, port }) => {
        const answer = await answerOf(here, data, { address, port, protocol: 'udp' }, outside)
        if (answer) socket.send(answer, port, address, () => undefined)
      })
      const server = createServer((connection) => {
        const { remoteAddress = '', remotePort = 0 } = connection
        const client = { address: remoteAddress, port: remotePort, protocol: 'tcp' } as const
        serveTcp(connection, (data) => answerOf(here, data, client, outside))
      })
      closers.push(() => server.close())
      await outside.network.listen(server, port)
    }
  } catch (error) {
    close()
    throw error
  }
  return { ports, close }
}
