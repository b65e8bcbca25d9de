import type { IpFamily } from '#net/ip-address.ts'
import type { TaintFacts } from '#placement/obstacle.ts'
import type { PolicyEnd } from './policies/word.ts'
import type { ObjectRef } from './reference.ts'
import type { RouteRef } from './request/route-ref.ts'
import type { PortRef } from './walk/entry.ts'

/** What a cure does, as a code with its facts. */
export type Effect =
  | AskEffect
  | PatchEffect
  | PolicyEffect
  | GatewayEffect
  | PodEffect
  | NodeEffect
  | LookEffect
  /** Of a container that ended, of one that runs, or of the pod’s only one. */
  | { readonly code: 'show-log'; readonly of: 'ended' | 'container' | 'pod' }

/** What is asked instead. */
type AskEffect =
  /** `asFound`: as explain finds it, where the sender cannot. */
  | { readonly code: 'ask-address'; readonly asFound: boolean }
  | {
      readonly code:
        | 'ask-again'
        | 'ask-listening-port'
        | 'ask-node-by-address'
        | 'ask-pods-port'
        | 'ask-that-service'
        | 'ask-whole-name'
    }
  | { readonly code: 'name-namespace'; readonly namespace: string }
  | { readonly code: 'ask-cluster-ip'; readonly because?: 'no-guard' | 'own-node' }
  | { readonly code: 'ask-declared-port' | 'ask-load-balancer' | 'ask-own-family' }
  | { readonly code: 'ask-node-port'; readonly because?: 'no-guard' }
  /** `because`: which of them answers. */
  | { readonly code: 'ask-node'; readonly node: string; readonly because?: 'has-endpoint' | 'is-ready' }
  | { readonly code: 'ask-other-protocol' | 'ask-served-port'; readonly port: PortRef }
  | { readonly code: 'ask-over-family'; readonly family: IpFamily }
  | {
      readonly code: 'ask-node-port-of' | 'ask-service' | 'ask-service-by-name' | 'if-service-is-meant'
      readonly service: ObjectRef
    }

/** What is changed. */
type PatchEffect =
  | { readonly code: 'allow-source'; readonly source: string }
  | { readonly code: 'allow-body'; readonly octets: number }
  | { readonly code: 'allow-origin'; readonly origin: string }
  /** Files of one’s own: `tls.crt` and `tls.key`. */
  | { readonly code: 'bring-certificate'; readonly secret: ObjectRef }
  /** What restricts who may ask goes. */
  | { readonly code: 'open-to-all' }
  | { readonly code: 'free-claim'; readonly service: ObjectRef }
  | { readonly code: 'give-family'; readonly family: IpFamily }
  | { readonly code: 'give-node-port' | 'restore-node-port' | 'scale-to-one' }
  | { readonly code: 'label-slice'; readonly service: ObjectRef }
  | { readonly code: 'lead-endpoint-to'; readonly pod: ObjectRef; readonly address: string }
  | { readonly code: 'name-port'; readonly name: string }
  | { readonly code: 'say-ready'; readonly address: string }
  | { readonly code: 'select'; readonly labels: Readonly<Record<string, string>> }
  | { readonly code: 'take-endpoint-out' }
  /** Of an ExternalName. */
  | { readonly code: 'lead-to'; readonly service: ObjectRef; readonly isHeadless: boolean }
  | { readonly code: 'lead-port-to'; readonly port: number; readonly target: string }
  | { readonly code: 'let-node-balance'; readonly node: string }
  | { readonly code: 'let-pods-ask-dns' }
  /** `sees`: whose address the pods then see. */
  | { readonly code: 'policy-cluster'; readonly at: 'every-node' | 'other-nodes'; readonly sees?: 'node' }
  /** Every node then puts its own address in place of the sender’s. */
  | { readonly code: 'policy-cluster-masquerade' }
  | { readonly code: 'serve-port'; readonly port: number }
  | { readonly code: 'take-label-away' }
  | { readonly code: 'take-any-address'; readonly insteadOf?: string }

/** Gateways, their routes and Ingresses are changed, or asked otherwise. */
type GatewayEffect =
  | { readonly code: 'add-listener'; readonly hostname: string; readonly gateway: ObjectRef }
  | { readonly code: 'ask-gateway-port'; readonly port: number; readonly scheme: 'http' | 'https' }
  | { readonly code: 'ask-host'; readonly host: string }
  | { readonly code: 'ask-as-rule'; readonly rule: RouteRef }
  /** Beside those that it is attached to. */
  | { readonly code: 'attach-here'; readonly route: ObjectRef; readonly listener: string }
  | { readonly code: 'attach-listeners'; readonly listenerSet: ObjectRef; readonly gateway: ObjectRef }
  /** Or to a ListenerSet. */
  | { readonly code: 'attach-route'; readonly gateway: ObjectRef }
  | { readonly code: 'attach-to-listener'; readonly listener: string }
  | { readonly code: 'give-class'; readonly className: string }
  | { readonly code: 'grant-reference'; readonly from: ObjectRef; readonly to: ObjectRef }
  | { readonly code: 'let-kind-attach'; readonly kind: string; readonly listener: string }
  | { readonly code: 'let-listeners-in'; readonly namespace: string; readonly gateway: ObjectRef }
  | { readonly code: 'let-namespace-attach'; readonly namespace: string; readonly listener: string }
  | { readonly code: 'mean-listener'; readonly listener: string }
  | { readonly code: 'mean-secret'; readonly secret: ObjectRef }
  | { readonly code: 'send-to-port'; readonly port: number }
  | { readonly code: 'send-to-service'; readonly service: ObjectRef }
  /** Without being anybody’s canary. */
  | { readonly code: 'serve-alone' }
  /** By a certificate of which there is a Secret. */
  | { readonly code: 'show-certificate'; readonly object: ObjectRef; readonly host: string; readonly secret: ObjectRef }
  | { readonly code: 'show-gateway' | 'show-listener-set' | 'show-route' }

/** What policies let pass is changed, or whom they mean. */
type PolicyEffect =
  | {
      readonly code: 'label-pod' | 'label-namespace'
      readonly object: ObjectRef
      readonly labels: Readonly<Record<string, string>>
    }
  | { readonly code: 'let-port-pass'; readonly rule: string; readonly policy: ObjectRef }
  | ({ readonly code: 'let-peer-pass'; readonly rule: string; readonly policy: ObjectRef } & MeantPeer)
  | { readonly code: 'mean-both'; readonly path: string; readonly policy: ObjectRef }
  | { readonly code: 'mean-one-rule'; readonly path: string; readonly policy: ObjectRef }
  | { readonly code: 'mean-behind'; readonly path: string; readonly policy: ObjectRef; readonly service: ObjectRef }
  /** `policy`: one of its own, which is not there yet; so are those of the next three. */
  | ({
      readonly code: 'let-pass'
      readonly policy: ObjectRef
      /** Of all pods of this namespace, since that whose policies say no has no labels by which it could be meant alone. */
      readonly of?: string
    } & MeantPeer)
  | { readonly code: 'let-dns-pass'; readonly policy: ObjectRef }
  /** `of`: a policy, whose pods are meant, or a pod and others that are labelled as it is. */
  | { readonly code: 'let-ask'; readonly policy: ObjectRef; readonly of: ObjectRef; readonly service: ObjectRef }
  | { readonly code: 'let-namespace-pass'; readonly policy: ObjectRef; readonly namespace: string }
  | { readonly code: 'mean-labels'; readonly path: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly code: 'mean-namespace'; readonly path: string; readonly namespace: string }
  | { readonly code: 'mean-port'; readonly path: string; readonly port: string }
  | { readonly code: 'give-priority'; readonly policy: ObjectRef; readonly priority: number }
  | ({ readonly code: 'accept-before'; readonly rule: string; readonly policy: ObjectRef } & MeantPeer)

export interface MeantPeer {
  readonly peer: PolicyEnd
  /** What makes it, where others that this makes are meant with it. */
  readonly workload?: ObjectRef
  /** All pods of this namespace are meant with it, since it has no labels by which it could be meant alone. */
  readonly all?: string
}

/** A pod, or what makes it, is changed. */
type PodEffect =
  | { readonly code: 'lower-request'; readonly node: string }
  | { readonly code: 'make-empty' | 'remake-elsewhere' | 'set-gate' }
  | { readonly code: 'probe-port'; readonly port: number; readonly asked: string }
  | { readonly code: 'tolerate'; readonly taint: TaintFacts }
  | { readonly code: 'use-image'; readonly image: string }

type NodeEffect =
  | { readonly code: 'label-node'; readonly missing: Readonly<Record<string, string>> }
  | { readonly code: 'remove-taint'; readonly node: string }
  | { readonly code: 'uncordon' }

/** What is shown. */
interface LookEffect {
  readonly code:
    | 'run-probe'
    | 'show-all-services'
    | 'show-description'
    | 'show-endpoints'
    | 'show-endpoints-object'
    | 'show-labels'
    | 'show-namespaces'
    | 'show-node'
    | 'show-pod'
    | 'show-pods'
    | 'show-policy'
    | 'show-node-labels'
    | 'show-pod-addresses'
    | 'show-services'
    | 'show-sockets'
    | 'show-status'
}
