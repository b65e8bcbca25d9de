import fc from 'fast-check'

/** One action for a name, as the API has it. */
const headerFilter = fc
  .dictionary(
    fc.constantFrom('x-tenant', 'X-Env', 'x-new', 'x-answer'),
    fc.record({ action: fc.constantFrom('set', 'add', 'remove'), value: fc.constantFrom('s', 't') }),
    { minKeys: 1, maxKeys: 3, noNullPrototype: true },
  )
  .map((actions) => {
    const of = (wanted: string) => Object.entries(actions).filter(([, { action }]) => action === wanted)
    return {
      set: of('set').map(([name, { value }]) => ({ name, value })),
      add: of('add').map(([name, { value }]) => ({ name, value })),
      remove: of('remove').map(([name]) => name),
    }
  })

const pathModifier = fc.oneof(
  fc.record({ type: fc.constant('ReplaceFullPath' as const), replaceFullPath: fc.constantFrom('/', '/full/path') }),
  fc.record({
    type: fc.constant('ReplacePrefixMatch' as const),
    replacePrefixMatch: fc.constantFrom('', '/', '/new', '/new/', '/new/er'),
  }),
)

const redirect = fc.record(
  {
    scheme: fc.constantFrom('http', 'https'),
    hostname: fc.constant('elsewhere.example.com'),
    port: fc.constantFrom(80, 443, 8443),
    path: pathModifier,
    statusCode: fc.constantFrom(301, 302, 303, 307, 308),
  },
  { requiredKeys: [] },
)
const rewrite = fc.record({ hostname: fc.constant('inside.example.com'), path: pathModifier }, { requiredKeys: [] })

export const mirrorPlan = fc.record({
  service: fc.constantFrom('shop/web', 'shop/api', 'shop-b/web', 'shop/gone'),
  port: fc.constantFrom(80, 8080),
  part: fc.constantFrom({}, {}, { percent: 50 }, { percent: 0 }, { fraction: { numerator: 1, denominator: 4 } }),
})

/** Once for `weight` times that it is absent. */
export const seldom = <T>(weight: number, arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary })

/** What a rule or a backend does beside; a rule redirects or rewrites at most. */
export const filterPlans = (of: 'rule' | 'backend') =>
  fc.record({
    request: seldom(of === 'rule' ? 5 : 10, headerFilter),
    response: seldom(of === 'rule' ? 8 : 15, headerFilter),
    change:
      of === 'backend'
        ? fc.constant(undefined)
        : seldom(
            2,
            fc.oneof(
              redirect.map((requestRedirect) => ({ requestRedirect, urlRewrite: undefined })),
              rewrite.map((urlRewrite) => ({ urlRewrite, requestRedirect: undefined })),
            ),
          ),
  })
export type FiltersPlan = ReturnType<typeof filterPlans> extends fc.Arbitrary<infer Plan> ? Plan : never
export type MirrorPlan = typeof mirrorPlan extends fc.Arbitrary<infer Plan> ? Plan : never
