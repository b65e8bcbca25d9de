import type { CertificateListLine, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'
import { listLine } from '../files/texts.ts'
import { type Held, isSameLine } from '../held.ts'
import { isRefusal, ProxyError } from '../proxy-error.ts'
import { LARGEST_COMMAND, type RuntimeSocket, word } from './runtime-socket.ts'

/** What HAProxy calls a file of each sort, and how it answers. */
const SORTS = {
  certificates: { noun: 'ssl cert', made: /^New empty certificate store/, set: /^Transaction (?:created|updated)/i },
  authorities: { noun: 'ssl ca-file', made: /^New CA file created/, set: /^transaction (?:created|updated)/i },
} as const
type Sort = keyof typeof SORTS

/** A file that HAProxy cannot be given while it runs, only by a reload. */
const isTooLarge = (pem: string): boolean => Buffer.byteLength(pem) > LARGEST_COMMAND

/** What a worker did not take while it runs, by names: it is not asked again. */
const notTaken = new WeakMap<Held, Map<string, string>>()

/**
 * Gives certificates and authorities that are not there or others; those that are too many stay. One that is new, not
 * taken and in no list is no matter until a server names it, which is refused then.
 */
export const fillCertificates = async (socket: RuntimeSocket, plan: ProxyPlan, held: Held): Promise<void> => {
  const listed = new Set([...plan.certificateLists.values()].flat().map(({ certificate }) => certificate))
  for (const sort of ['authorities', 'certificates'] as const)
    for (const [name, pem] of plan[sort]) {
      const isNew = !held[sort].has(name)
      const before = notTaken.get(held) ?? new Map<string, string>()
      if (held[sort].get(name) === pem || (isNew && before.get(name) === pem)) continue
      try {
        await give(socket, sort, name, pem, held)
      } catch (error) {
        if (!isNew || listed.has(name) || !isRefusal(error)) throw error
        notTaken.set(held, before.set(name, pem))
      }
    }
  for (const [name, lines] of plan.certificateLists) {
    const before = held.certificateLists.get(name) ?? []
    const added = lines.filter((line) => !before.some((one) => isSameLine(one, line)))
    for (const line of added)
      await socket.run({ line: `add ssl crt-list ${word(name)}`, payload: listLine(line), done: /Success!$/ })
    if (added.length > 0) held.certificateLists.set(name, [...before, ...added])
  }
}

/** Takes away what lists and memory have too much. A server that is leaving may use one yet: that one waits. */
export const thinCertificates = async (socket: RuntimeSocket, plan: ProxyPlan, held: Held): Promise<void> => {
  for (const [name, before] of held.certificateLists) {
    const lines = plan.certificateLists.get(name) ?? []
    if (!before.some((line) => !lines.some((one) => isSameLine(one, line)))) continue
    const numbered = parseList(await socket.ask({ line: `show ssl crt-list -n ${word(name)}` }))
    for (const { line, at } of numbered) {
      if (lines.some((one) => isSameLine(one, line))) continue
      await socket.run({ line: `del ssl crt-list ${word(name)} ${word(line.certificate)}:${at}`, done: /deleted/ })
    }
    held.certificateLists.set(name, lines)
  }
  for (const sort of ['certificates', 'authorities'] as const)
    for (const name of [...held[sort].keys()]) {
      if (plan[sort].has(name)) continue
      const answer = await socket.ask({ line: `del ${SORTS[sort].noun} ${word(name)}` })
      if (/deleted/.test(answer)) held[sort].delete(name)
    }
}

/** What `show ssl crt-list -n` says. */
export const parseList = (text: string): { readonly line: CertificateListLine; readonly at: number }[] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((text) => {
      const [file = '', ...names] = text
        .replace(/\[[^\]]*\]/, '')
        .split(/\s+/)
        .filter(Boolean)
      const colon = file.lastIndexOf(':')
      return { line: { certificate: file.slice(0, colon), names }, at: Number(file.slice(colon + 1)) }
    })

const give = async (socket: RuntimeSocket, sort: Sort, name: string, pem: string, held: Held): Promise<void> => {
  const { noun, made, set } = SORTS[sort]
  const isNew = !held[sort].has(name)
  if (isTooLarge(pem))
    throw new ProxyError('PROXY_REFUSED', `${name} is too large to be given to HAProxy while it runs`)
  if (isNew) await socket.run({ line: `new ${noun} ${word(name)}`, done: made })
  try {
    const payload = pem
      .replace(/\r/g, '')
      .replace(/\n{2,}/g, '\n')
      .trim()
    await socket.run({ line: `set ${noun} ${word(name)}`, payload, done: set })
    await socket.run({ line: `commit ${noun} ${word(name)}`, done: /Success!$/ })
  } catch (error) {
    await socket.ask({ line: `abort ${noun} ${word(name)}` }).catch(() => undefined)
    if (isNew) await socket.ask({ line: `del ${noun} ${word(name)}` }).catch(() => undefined)
    throw error
  }
  held[sort].set(name, pem)
}
