import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { entriesOf } from '#dataplane/haproxy/proxy-map.ts'
import type { PlannedServer, ProxyPlan } from '#dataplane/haproxy/proxy-plan.ts'

/** Writes a plan's files into a folder, as whoever starts an HAProxy on it must: `haproxy -C FOLDER -f haproxy.cfg`. */
export function writeProxyFolder(
  folder: string,
  plan: ProxyPlan,
  serversOfSlots: ReadonlyMap<string, readonly PlannedServer[]>,
): void {
  const write = (name: string, text: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  for (const [name, map] of plan.maps) write(name, lines([...entriesOf(map)].map(([key, value]) => `${key} ${value}`)))
  for (const [name, pem] of [...plan.certificates, ...plan.authorities]) write(name, pem)
  for (const [name, list] of plan.certificateLists) {
    write(name, lines(list.map(({ certificate, names }) => [certificate, ...names].join(' '))))
  }
  const config = plan.config.split('\n').flatMap((line) => {
    if (!line.startsWith('backend ')) return [line]
    return [line, ...(serversOfSlots.get(line.slice('backend '.length)) ?? []).map(serverLine)]
  })
  write('haproxy.cfg', config.join('\n'))
}

const serverLine = ({ name, address, port, state, parameters }: PlannedServer) =>
  `  server ${name} ${address}:${port} ${parameters}${state === 'drain' ? ' weight 0' : ''}`

const lines = (all: readonly string[]) => all.map((line) => `${line}\n`).join('')
