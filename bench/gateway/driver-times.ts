/** Milliseconds that the driver has taken so far, and for how many, by what it did. */
type DriverTimes = ReadonlyMap<string, { readonly ms: number; readonly count: number }>

const PHASES = ['compute', 'apply', 'endpoints', 'reload']

/** As the driver of a pod tells in its metrics. */
export const driverTimes = async (address: string): Promise<DriverTimes> => {
  const text = await (await fetch(`http://${address}:9081/metrics`)).text()
  const number = (name: string): number => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1] ?? 0)
  return new Map(
    PHASES.map((phase) => {
      const name = `fairlead_gateway_${phase}_seconds`
      return [phase, { ms: number(`${name}_sum`) * 1000, count: number(`${name}_count`) }]
    }),
  )
}

/** What each phase has taken on the average since then. */
export const meansSince = (before: DriverTimes, after: DriverTimes) =>
  Object.fromEntries(
    Array.from(after, ([phase, { ms, count }]) => {
      const { ms: formerMs = 0, count: former = 0 } = before.get(phase) ?? {}
      const times = count - former
      return [phase, { times, mean_ms: Math.round(((ms - formerMs) / (times || 1)) * 10) / 10 }]
    }),
  )
