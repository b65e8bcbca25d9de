import { kind } from '#api/catalogue/kind.ts'
import { log, part, proxy, status, stream } from '#api/catalogue/subresource.ts'
import { Eviction } from '#api/policy/eviction/message.ts'
import { Binding } from './binding.ts'
import { podColumns } from './columns.ts'
import { defaultPod } from './defaults.ts'
import { graceSeconds } from './deletion.ts'
import { PodAttachOptions, PodExecOptions, PodLogOptions, PodPortForwardOptions, PodProxyOptions } from './options.ts'
import { prepareEphemeralContainers, preparePodCreate, preparePodStatus, prepareResize } from './prepare.ts'
import { podResets } from './resets.ts'
import { pods } from './resource.ts'
import { validateEphemeralContainersUpdate, validateResize } from './validate/parts.ts'
import { validatePodCreate } from './validate/pod.ts'
import { validatePodStatusUpdate } from './validate/status.ts'
import { validatePodUpdate } from './validate/update.ts'
import { podWarnings } from './warnings/warnings.ts'

export const pod = kind({
  resource: pods,
  subresources: {
    attach: stream(PodAttachOptions),
    // It checks its own target; what it writes, `spec.nodeName`, nobody else may change.
    binding: { answeredBy: 'binding', verbs: ['create'], body: Binding, isUnruled: true },
    ephemeralcontainers: part,
    eviction: { answeredBy: 'eviction', verbs: ['create'], body: Eviction, bodyVersions: ['policy/v1beta1'] },
    exec: stream(PodExecOptions),
    log: log(PodLogOptions),
    portforward: stream(PodPortForwardOptions),
    proxy: proxy(PodProxyOptions),
    resize: part,
    status,
  },
  defaults: defaultPod,
  prepare: { create: preparePodCreate, status: preparePodStatus },
  validate: { create: validatePodCreate, update: validatePodUpdate, status: validatePodStatusUpdate },
  parts: {
    ephemeralcontainers: { prepare: prepareEphemeralContainers, validate: validateEphemeralContainersUpdate },
    resize: { prepare: prepareResize, validate: validateResize },
  },
  resets: podResets,
  generation: ({ spec }) => spec,
  deletion: { graceSeconds },
  answersDeleted: true,
  columns: podColumns,
  fields: {
    'spec.nodeName': ({ spec }) => spec?.nodeName,
    'spec.restartPolicy': ({ spec }) => spec?.restartPolicy,
    'spec.schedulerName': ({ spec }) => spec?.schedulerName,
    'spec.serviceAccountName': ({ spec }) => spec?.serviceAccountName,
    'spec.hostNetwork': ({ spec }) => spec?.hostNetwork === true,
    'status.phase': (object) => object.status?.phase,
    'status.podIP': (object) => object.status?.podIP,
    'status.podIPs': (object) => (object.status?.podIPs ?? []).map(({ ip }) => ip).join(','),
    'status.nominatedNodeName': (object) => object.status?.nominatedNodeName,
  },
  warnings: podWarnings,
  descriptions: () => import('./descriptions.ts'),
})
