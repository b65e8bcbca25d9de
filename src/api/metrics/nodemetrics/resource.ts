import { resource } from '#api/resource.ts'
import { NodeMetrics, NodeMetricsList } from './message.ts'

export const nodeMetrics = resource('nodes', NodeMetrics, NodeMetricsList, { namespaced: false })
