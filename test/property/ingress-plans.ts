import fc from 'fast-check'
import type { Ingress } from '#api/networking/ingress/message.ts'
import { metaOf, objects } from './gateway-objects.ts'
import { created, pathValue, some, weighted } from './gateway-plans.ts'

const backend = fc.record({
  name: weighted([4, 'web'], [3, 'api'], [1, 'gone']),
  port: fc.constantFrom<object>({ number: 80 }, { number: 80 }, { number: 8080 }, { name: 'alt' }, { number: 81 }),
})

const pathPlan = fc.record({
  path: pathValue,
  pathType: fc.constantFrom('Prefix', 'Prefix', 'Exact', 'Exact', 'ImplementationSpecific'),
  backend,
})

const ingressPlan = fc.record({
  namespace: fc.constantFrom('shop', 'shop', 'shop-b'),
  created,
  isOurs: weighted([12, true], [1, false]),
  rules: some(
    fc.record({
      host: fc.constantFrom(
        undefined,
        '*.example.com',
        'a.example.com',
        'a.example.com',
        'b.example.com',
        '*.a.example.com',
      ),
      paths: some(pathPlan, 0, 3),
    }),
    0,
    3,
  ),
  hasDefault: weighted([3, false], [1, true]),
  default: backend,
  tls: weighted<readonly string[]>([3, []], [2, ['a.example.com']], [1, ['a.example.com', 'b.example.com']]),
  sslRedirect: weighted<string | undefined>([1, undefined], [2, 'false'], [1, 'true']),
  rewrite: weighted<'plain' | 'groups' | undefined>([5, undefined], [1, 'plain'], [1, 'groups']),
})
export const ingressesPlan = some(ingressPlan, 1, 4)
type IngressesPlan = typeof ingressesPlan extends fc.Arbitrary<infer Plan> ? Plan : never

/** A path that takes what is behind it, as people write them for ingress-nginx. */
const EXPRESSION = '/foo(/|$)(.*)'

export const ingressesOf = (plan: IngressesPlan): readonly Ingress[] =>
  objects(
    plan.map(
      ({ namespace, created, isOurs, rules, hasDefault, default: fallback, tls, sslRedirect, rewrite }, index) => {
        const spec = (service: (typeof plan)[number]['default']) => ({ service })
        const paths = (list: (typeof rules)[number]['paths']) =>
          list.map(({ path, pathType, backend }) => ({
            ...(rewrite === 'groups'
              ? { path: EXPRESSION, pathType }
              : { path, pathType: rewrite && pathType === 'ImplementationSpecific' ? 'Prefix' : pathType }),
            backend: spec(backend),
          }))
        return {
          metadata: {
            ...metaOf('Ingress', `ingress-${index}`, namespace, created),
            annotations: {
              ...(sslRedirect && { 'nginx.ingress.kubernetes.io/ssl-redirect': sslRedirect }),
              ...(rewrite && { 'nginx.ingress.kubernetes.io/rewrite-target': rewrite === 'plain' ? '/inside' : '/$2' }),
            },
          },
          spec: {
            ingressClassName: isOurs ? 'fairlead' : 'foreign',
            rules: rules.map(({ host, paths: list }) => ({
              ...(host && { host }),
              ...(list.length > 0 && { http: { paths: paths(list) } }),
            })),
            ...((hasDefault || rules.length === 0) && { defaultBackend: spec(fallback) }),
            ...(tls.length > 0 && { tls: [{ hosts: tls, secretName: 'cert' }] }),
          },
        }
      },
    ),
  )

/** What requests to Ingresses are aimed at. */
export const ingressAims = (plan: IngressesPlan) => ({
  listeners: [{ port: 80 }, { port: 80 }, { port: 443 }],
  hostnames: plan.flatMap(({ rules }) => rules.flatMap(({ host }) => host ?? [])),
  paths: plan.flatMap(({ rules }) => rules.flatMap(({ paths }) => paths.map(({ path }) => path))),
})
