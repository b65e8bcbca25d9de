import { measureTraffic } from '/work/w-pbench/bench/policy/traffic.ts'
const r = await measureTraffic({ rounds: 10, connections: 500 }, true)
console.table(Object.fromEntries(r.results)); console.log(r.agreement)
