import { AGE, type Column, column, NAME, orNone, wide } from '#api/table/column.ts'
import { formatLabels } from '#api/table/label-text.ts'
import type { Service } from './message.ts'

const externalIP = ({ spec, status }: Service): string => {
  const external = spec?.externalIPs ?? []
  switch (spec?.type || 'ClusterIP') {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','))
    case 'LoadBalancer': {
      const given = (status?.loadBalancer?.ingress ?? []).map((ingress) => ingress.ip || ingress.hostname || '')
      return [...new Set(given.filter((text) => text !== '')), ...external].join(',') || '<pending>'
    }
    case 'ExternalName':
      return spec?.externalName ?? ''
    default:
      return '<unknown>'
  }
}

const servicePorts = ({ spec }: Service): string =>
  orNone(
    (spec?.ports ?? [])
      .map(({ port, nodePort, protocol }) => `${port ?? 0}${nodePort ? `:${nodePort}` : ''}/${protocol || 'TCP'}`)
      .join(','),
  )

export const serviceColumns: readonly Column<Service>[] = [
  NAME,
  column('Type', 'How the Service is reached.', ({ spec }) => spec?.type || 'ClusterIP'),
  column('Cluster-IP', 'The virtual address inside the cluster.', ({ spec }) =>
    orNone(spec?.clusterIPs?.[0] || spec?.clusterIP),
  ),
  column('External-IP', 'Addresses or a name outside of the cluster.', externalIP),
  column('Port(s)', 'Port, node port and protocol of each service port.', servicePorts),
  AGE,
  wide('Selector', 'Labels of the pods behind the Service.', ({ spec }) => formatLabels(spec?.selector)),
]
