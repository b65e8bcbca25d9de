import { AGE, type Column, column, firstFew, NAME } from '#api/table/column.ts'
import { CLASS_ANNOTATION } from './class-annotation.ts'
import type { Ingress } from './message.ts'

const hostsOf = ({ spec }: Ingress): string =>
  firstFew(
    (spec?.rules ?? []).flatMap(({ host }) => host || []),
    '*',
  )

const addressesOf = ({ status }: Ingress): string =>
  [...new Set((status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []))].join(',')

export const ingressColumns: readonly Column<Ingress>[] = [
  NAME,
  column(
    'Class',
    'Its IngressClass.',
    ({ metadata, spec }) => spec?.ingressClassName ?? metadata?.annotations?.[CLASS_ANNOTATION] ?? '<none>',
  ),
  column('Hosts', 'The hosts that its rules are for.', hostsOf),
  column('Address', 'Where it is reached.', addressesOf),
  column('Ports', 'The ports that it opens.', ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
  AGE,
]
