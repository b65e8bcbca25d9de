import type {
  EndpointsLate,
  LeavingPod,
  NotProxied,
  OnlyTerminating,
  ScaledToZero,
} from '../../trace/findings/endpoints.ts'
import type { FindingText } from '../finding-text.ts'
import { nameText } from '../object.ts'
import { listed, plural } from '../text.ts'

export const scaledToZero = ({ workload, service }: Omit<ScaledToZero, 'reason'>): FindingText => ({
  message: `${workload.kind} ${nameText(workload)} makes the pods of ${nameText(service)}, and it is scaled to 0`,
})

export const onlyTerminating = ({ service, pods, workload }: OnlyTerminating): FindingText => ({
  message: `${pods.length === 1 ? 'the only pod' : 'all pods'} of ${nameText(service)} ${pods.length === 1 ? 'is' : 'are'} being deleted (${listed(pods.map(({ pod }) => nameText(pod)))}): none is ready any more`,
  details:
    workload === undefined
      ? [
          'nothing makes new ones: they belong to no Deployment that this selector matches',
          ...pods.slice(0, 5).map(leavingText),
        ]
      : [scaledToZero({ service, workload }).message],
})

export const endpointsLate = ({ service, pods }: EndpointsLate): FindingText => ({
  message: `${plural(pods.length, 'pod')} of ${nameText(service)} ${pods.length === 1 ? 'is' : 'are'} ready, but no endpoint stands for them yet`,
  details: ['the endpoints follow within moments, unless what writes them (the EndpointSlice controller) stands still'],
})

export const notProxied = ({ service, label }: NotProxied): FindingText => ({
  message: `Service ${nameText(service)} has the label ${label}: nodes leave it to another proxy`,
})

const leavingText = ({ pod, until, graceSeconds, finalizers, owner }: LeavingPod): string =>
  `pod ${nameText(pod)} goes until ${until} (${graceSeconds} s of grace)${finalizers.length > 0 ? `, held by ${listed(finalizers)}` : ''}; ${owner ? `${owner.kind} ${owner.name} made it` : 'made by hand'}`
