// The `nslookup` of the image fairlead/echo. Busybox's asks for a name with a dot as it stands, so that it does not find
// `kubernetes.default`, which programs find; and fails where one of the names that it tries is not there.
import { lookup, Resolver } from 'node:dns/promises'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { parseNslookup, type Question, QuestionError } from './nslookup-options.ts'
import { namesToTry, type ResolverConfig, readResolverConfig } from './resolver-config.ts'

/** What a server may say, by the codes of Node.js. */
const RCODES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'NXDOMAIN',
  ESERVFAIL: 'SERVFAIL',
  EREFUSED: 'REFUSED',
  ENOTIMP: 'NOTIMP',
  EFORMERR: 'FORMERR',
}
const NO_ANSWER = 'ENODATA'
const MOST_ALIASES = 8

/** Nothing came back, or nothing that is an answer: another server may do better. */
class SilentServerError extends Error {
  readonly code = 'NSLOOKUP_SILENT'
}

/** Lines of an answer; or the code of Node.js for why there are none. */
type Outcome = { readonly lines: readonly string[] } | { readonly failed: string }

const outcomeOf = async (asking: Promise<readonly string[]>): Promise<Outcome> => {
  try {
    return { lines: await asking }
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException
    if (code === NO_ANSWER || Object.hasOwn(RCODES, code)) return { failed: code }
    if (code === 'EBADNAME') throw new QuestionError(`'${(error as { hostname?: string }).hostname}' is no name`)
    throw new SilentServerError(message)
  }
}

const addresses = (name: string, found: readonly string[]): string[] =>
  found.flatMap((address) => [`Name:\t${name}`, `Address: ${address}`])

/** How each type is asked for, and written. */
const ASKED: Readonly<Record<string, (resolver: Resolver, name: string) => Promise<readonly string[]>>> = {
  a: async (resolver, name) => addresses(name, await resolver.resolve4(name)),
  aaaa: async (resolver, name) => addresses(name, await resolver.resolve6(name)),
  cname: async (resolver, name) => (await resolver.resolveCname(name)).map((to) => `${name}\tcanonical name = ${to}`),
  mx: async (resolver, name) =>
    (await resolver.resolveMx(name)).map((one) => `${name}\tmail exchanger = ${one.priority} ${one.exchange}`),
  ns: async (resolver, name) => (await resolver.resolveNs(name)).map((server) => `${name}\tnameserver = ${server}`),
  ptr: async (resolver, name) => (await resolver.resolvePtr(name)).map((to) => `${name}\tname = ${to}`),
  srv: async (resolver, name) =>
    (await resolver.resolveSrv(name)).map(
      (one) => `${name}\tservice = ${one.priority} ${one.weight} ${one.port} ${one.name}`,
    ),
  txt: async (resolver, name) =>
    (await resolver.resolveTxt(name)).map((texts) => `${name}\ttext = ${texts.map((text) => `"${text}"`).join(' ')}`),
  soa: async (resolver, name) => {
    const { nsname, hostmaster, serial, refresh, retry, expire, minttl } = await resolver.resolveSoa(name)
    const times = { serial, refresh, retry, expire, minimum: minttl }
    return [
      name,
      `\torigin = ${nsname}`,
      `\tmail addr = ${hostmaster}`,
      ...Object.entries(times).map(([word, value]) => `\t${word} = ${value}`),
    ]
  },
}
const TYPES = Object.keys(ASKED)

/** Both families at once, and what the name stands for where it is another's. */
const askAddresses = async (resolver: Resolver, name: string): Promise<Outcome> => {
  const aliases: string[] = []
  let last = name
  const ask = (type: string) => outcomeOf(ASKED[type]!(resolver, last))
  for (let hops = 0; ; hops++) {
    const [cname, ...found] = await Promise.all([ask('cname'), ask('a'), ask('aaaa')])
    if ('lines' in cname && cname.lines[0] !== undefined && hops < MOST_ALIASES) {
      aliases.push(cname.lines[0])
      last = cname.lines[0].slice(cname.lines[0].lastIndexOf(' ') + 1)
      continue
    }
    const lines = [...aliases, ...found.flatMap((one) => ('lines' in one ? one.lines : []))]
    if (lines.length > 0) return { lines }
    // A family that the name does not have is no reason to say that nothing is known of it.
    const [failed = NO_ANSWER] = found.flatMap((one) => ('failed' in one ? [one.failed] : []))
    return { failed: found.some((one) => 'failed' in one && one.failed === NO_ANSWER) ? NO_ANSWER : failed }
  }
}

/** `10.96.0.1` is `1.0.96.10.in-addr.arpa`; IPv6 by its digits. */
const reverseName = (address: string): string => {
  if (isIP(address) === 4) return `${address.split('.').reverse().join('.')}.in-addr.arpa`
  // A URL writes the shortest form, and what is embedded of IPv4 in hexadecimal.
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::')
  const groups = (text: string | undefined): string[] => (text ? text.split(':') : [])
  const [first, last] = [groups(head), groups(tail)]
  const zeros = Array<string>(8 - first.length - last.length).fill('0')
  const digits = [...first, ...zeros, ...last].map((group) => group.padStart(4, '0')).join('')
  return `${[...digits].reverse().join('.')}.ip6.arpa`
}

/** What one server says of the names that are to be tried, in their order. Throws SilentServerError. */
const askServer = async (resolver: Resolver, { name, type }: Question, conf: ResolverConfig): Promise<Outcome> => {
  const isAddress = isIP(name) !== 0
  const asked = isAddress ? 'ptr' : type
  const names = isAddress ? [reverseName(name)] : namesToTry(name, conf)
  let failed = ''
  for (const one of names) {
    const outcome =
      asked === undefined ? await askAddresses(resolver, one) : await outcomeOf(ASKED[asked]!(resolver, one))
    if ('lines' in outcome) return outcome
    // As the C library: a name that is there, without what was asked for, is told before one that is not.
    if (failed !== NO_ANSWER) failed = outcome.failed
  }
  return { failed }
}

/** Servers as they are asked: address and port. */
const serversOf = async ({ server, port }: Question, conf: ResolverConfig) => {
  if (server === undefined) return conf.servers.map((address) => ({ address, port }))
  if (isIP(server) !== 0) return [{ address: server, port }]
  const { address } = await lookup(server).catch(() => {
    throw new QuestionError(`can't resolve '${server}', the server that is to be asked`)
  })
  return [{ address, port }]
}

/**
 * `nslookup NAME [SERVER]`, `-type=srv`: asks as the C library does, by the search domains of resolv.conf, and gives the exit status: 0
 * where there is an answer.
 */
export const nslookup = async (
  args: readonly string[],
  stdout: Pick<NodeJS.WriteStream, 'write'> = process.stdout,
  stderr: Pick<NodeJS.WriteStream, 'write'> = process.stderr,
  resolvConf: string = readFileSync('/etc/resolv.conf', 'utf8'),
): Promise<number> => {
  try {
    const conf = readResolverConfig(resolvConf)
    const question = parseNslookup(args, TYPES)
    const timeout = (question.timeout ?? conf.timeout) * 1000
    const servers = await serversOf(question, conf)
    for (let attempt = 0; attempt < (question.retry ?? conf.attempts); attempt++) {
      for (const { address, port } of servers) {
        const at = isIP(address) === 6 ? `[${address}]:${port}` : `${address}:${port}`
        const resolver = new Resolver({ timeout, tries: 1 })
        resolver.setServers([at])
        try {
          const outcome = await askServer(resolver, question, conf)
          stdout.write(`Server:\t\t${address}\nAddress:\t${at}\n\n`)
          if ('lines' in outcome) {
            stdout.write(`${outcome.lines.join('\n')}\n\n`)
            return 0
          }
          const { name } = question
          stdout.write(
            outcome.failed === NO_ANSWER
              ? `*** Can't find ${name}: No answer\n\n`
              : `** server can't find ${name}: ${RCODES[outcome.failed]}\n\n`,
          )
          return 1
        } catch (error) {
          if (!(error instanceof SilentServerError)) throw error
        }
      }
    }
    stdout.write(';; connection timed out; no servers could be reached\n\n')
    return 1
  } catch (error) {
    if (!(error instanceof QuestionError)) throw error
    stderr.write(`nslookup: ${error.message}\n`)
    return 1
  }
}
