import { resource } from '#api/resource.ts'
import { PodMetrics, PodMetricsList } from './message.ts'

export const podMetrics = resource('pods', PodMetrics, PodMetricsList)
