import { setTimeout as sleep } from 'node:timers/promises'
import { type Case, expectAll } from '../expect.ts'
import { httpRoute, to } from '../objects.ts'
import { Statuses } from '../statuses.ts'
import { type Cases, type Suite, until } from '../suite.ts'
import { TOUCH, touched } from './headers.ts'

const mirror = (version: string, share: object = {}): object => ({
  type: 'RequestMirror',
  requestMirror: { backendRef: { name: `infra-backend-${version}`, port: 8080 }, ...share },
})

/** How many requests of a path the pods of a backend have told of since then. */
const arrivals = async (suite: Suite, version: string, path: string, since: Date): Promise<number> => {
  const lines = await suite.logs(`infra-backend-${version}`, since)
  return lines.filter((line) => line.includes(`Echoing back request made to ${path} to client`)).length
}

/** Each path goes to its backend, and to those others as well, whose answers nobody waits for. */
const mirrored = async (suite: Suite, versions: readonly string[]): Promise<void> => {
  const statuses = new Statuses(suite)
  const mirrors = versions.map((version) => mirror(version))
  await suite.apply(
    httpRoute('mirrors', 'same-namespace', [
      to('v1', ['/mirror'], { filters: mirrors }),
      to('v1', ['/mirror-and-modify'], { filters: [TOUCH, ...mirrors] }),
    ]),
  )
  const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'mirrors')
  const cases: readonly Case[] = [
    { ask: '/mirror', backend: 'infra-backend-v1' },
    touched('/mirror-and-modify', { path: '/mirror-and-modify' }, { backend: 'infra-backend-v1' }),
  ]
  const since = new Date()
  await expectAll(suite, at, cases)
  for (const { ask } of cases)
    for (const version of versions)
      await until(
        `${ask} at ${version}`,
        async () => ((await arrivals(suite, version, ask, since)) > 0 ? undefined : 'none'),
        10_000,
      )
}

const MANY = 500
const AT_ONCE = 10
const TOLERANCE = 0.15
const ATTEMPTS = 5

export const MIRRORS: Cases = {
  HTTPRouteRequestMirror: (suite) => mirrored(suite, ['v2']),
  HTTPRouteRequestMultipleMirrors: (suite) => mirrored(suite, ['v2', 'v3']),

  async HTTPRouteRequestPercentageMirror(suite) {
    const statuses = new Statuses(suite)
    const shares = {
      'by-percent': [{ percent: 20 }, 0.2],
      'by-fraction': [{ fraction: { numerator: 25, denominator: 50 } }, 0.5],
      'with-headers': [{ percent: 35 }, 0.35],
    } as const
    await suite.apply(
      httpRoute(
        'shares',
        'same-namespace',
        Object.entries(shares).map(([name, [share]]) =>
          to('v1', [`/${name}`], { filters: [...(name === 'with-headers' ? [TOUCH] : []), mirror('v2', share)] }),
        ),
      ),
    )
    const at = await statuses.accepted('same-namespace', 'HTTPRoute', 'shares')
    await statuses.resolved('HTTPRoute', 'same-namespace', 'shares')
    for (const [name, [, share]] of Object.entries(shares)) {
      const path = `/${name}`
      const one: Case = name === 'with-headers' ? touched(path, { path }) : { ask: path, backend: 'infra-backend-v1' }
      await expectAll(suite, at, [one])
      let found = 0
      let right = false
      for (let attempt = 0; attempt < ATTEMPTS && !right; attempt++) {
        // Logs know seconds.
        await sleep(1000)
        const since = new Date()
        for (let sent = 0; sent < MANY; sent += AT_ONCE) await expectAll(suite, at, Array(AT_ONCE).fill(one), {}, 1)
        // The last ones may still be on their way: nobody waits for them.
        await sleep(1000)
        found = (await arrivals(suite, 'v2', path, since)) / MANY
        right = Math.abs(found - share) <= share * TOLERANCE
      }
      suite.assert.ok(right, `${path}: ${found}, not ${share}`)
    }
  },
}
