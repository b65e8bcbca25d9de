import type { ClusterFacts } from '../cluster/facts.ts'
import type { DeadEnd } from '../resolve/dead-end.ts'
import type { Source } from '../resolve/source.ts'
import type { Finding } from '../trace/finding.ts'
import type { Question } from '../trace/question.ts'
import { noEndpoints } from './reasons/endpoints.ts'
import { familyMissing, loadBalancerPending, portMissing } from './reasons/frontend.ts'
import { dnsNotAsked, externalName, nameTooShort, nameUnknown } from './reasons/name.ts'
import { serviceUnknown } from './reasons/service-name.ts'

/** Why a question leads to no address. */
export function deadEndFinding(facts: ClusterFacts, question: Question, source: Source, end: DeadEnd): Finding {
  switch (end.kind) {
    case 'service-unknown':
      return serviceUnknown(facts, question, end)
    case 'port-missing':
      return portMissing(question, end.service, end.port, end.protocol)
    case 'family-missing':
      return familyMissing(facts, question, source, end.service, end.addresses)
    case 'load-balancer-pending':
      return loadBalancerPending(facts, question, source, end.service)
    case 'headless-empty':
      return noEndpoints(facts, question, end.service, end.service.spec?.ports?.[0], undefined)
    case 'external-name':
      return externalName(facts, question, end.service, end.target)
    case 'name-unknown':
      return nameUnknown(facts, question, end.name, end.namespace)
    case 'name-too-short':
      return nameTooShort(question, source, end)
    case 'dns-not-asked':
      return dnsNotAsked(facts, question, source, end)
  }
}
