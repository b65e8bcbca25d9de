import { kind } from '#api/catalogue/kind.ts'
import { proxy, status } from '#api/catalogue/subresource.ts'
import { nodeColumns } from './columns.ts'
import { defaultNode } from './defaults.ts'
import { NodeProxyOptions } from './message.ts'
import { nodes } from './resource.ts'
import { validateNodeCreate, validateNodeStatusUpdate, validateNodeUpdate } from './validate.ts'
import { nodeWarnings } from './warnings.ts'

export const node = kind({
  resource: nodes,
  subresources: { proxy: proxy(NodeProxyOptions), status },
  defaults: defaultNode,
  validate: { create: validateNodeCreate, update: validateNodeUpdate, status: validateNodeStatusUpdate },
  isBornWithStatus: true,
  columns: nodeColumns,
  fields: { 'spec.unschedulable': ({ spec }) => spec?.unschedulable === true },
  warnings: nodeWarnings,
  descriptions: () => import('./descriptions.ts'),
})
