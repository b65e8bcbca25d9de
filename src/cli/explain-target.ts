import { existsSync } from 'node:fs'
import { type Kubeconfig, KubeconfigError } from '#client/https-client.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { clusterStateDir, statePaths, tryReadConfig } from '#cluster/state.ts'
import { CliError } from './cli-error.ts'
import { knownCluster } from './known-cluster.ts'
import { contextName } from './kubeconfig.ts'
import { kubeconfigOfCluster } from './kubeconfig-entry.ts'
import { kubeconfigPaths, readKubeconfigs } from './kubeconfig-read.ts'

/** Flags for the commands that are printed, so that they reach the same cluster. */
export interface PrintedFlags {
  readonly fairlead: readonly string[]
  readonly kubectl: readonly string[]
}

/**
 * Which cluster is asked about: one of this machine, or one that a kubeconfig names and of which only the API is seen.
 */
export type ExplainTarget =
  | { readonly kind: 'local'; readonly config: ClusterConfig; readonly flags: PrintedFlags }
  | {
      readonly kind: 'api'
      readonly kubeconfig: Kubeconfig
      readonly context: string
      readonly namespace: string | undefined
      readonly flags: PrintedFlags
    }

interface Chosen {
  readonly name: string | undefined
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
}

const DEFAULT_NAME = 'fairlead'

/**
 * `--name`: that cluster of this machine. `--kubeconfig`, `--context` or `$KUBECONFIG`: the one that they name, which
 * may be of this machine too. Else the cluster `fairlead` of this machine; where there is none, kubectl's current
 * context. Throws CliError, KubeconfigError.
 */
export const explainTarget = (chosen: Chosen, environment: NodeJS.ProcessEnv): ExplainTarget => {
  const { name, kubeconfig: file, context: contextFlag } = chosen
  const named = file !== undefined || contextFlag !== undefined
  if (name !== undefined && named)
    throw new CliError(
      'USAGE',
      'explain: --name is a cluster of this machine, --kubeconfig and --context name one too',
      {
        hint: 'give one of them',
      },
    )
  if (name !== undefined) return local(name, environment)
  if (file !== undefined && !existsSync(file)) throw new KubeconfigError(`there is no kubeconfig ${file}`)
  const explicit = named || (environment.KUBECONFIG ?? '') !== ''
  if (!explicit && existsSync(clusterStateDir(DEFAULT_NAME))) return local(DEFAULT_NAME, environment)
  const kubeconfig = readKubeconfigs(kubeconfigPaths(file, environment))
  const context = contextFlag ?? kubeconfig?.['current-context']
  if (kubeconfig === undefined || context === undefined) {
    if (named) throw new KubeconfigError('no kubeconfig has a current context: name one with --context')
    return local(DEFAULT_NAME, environment)
  }
  const own = localCluster(kubeconfig, context)
  const flags = [
    ...(file === undefined ? [] : ['--kubeconfig', file]),
    ...(contextFlag === undefined ? [] : ['--context', contextFlag]),
  ]
  if (own !== undefined) return { kind: 'local', config: own, flags: { fairlead: flags, kubectl: flags } }
  refuseUnsupported(kubeconfig, context)
  const { namespace } = (kubeconfig.contexts?.find((one) => one.name === context)?.context ?? {}) as {
    namespace?: string
  }
  return { kind: 'api', kubeconfig, context, namespace, flags: { fairlead: flags, kubectl: flags } }
}

/** What would be ignored in silence, and is not: asked another way, the API might answer another thing. */
const refuseUnsupported = ({ contexts, clusters, users }: Kubeconfig, name: string): void => {
  const context = contexts?.find((one) => one.name === name)?.context
  const cluster = clusters?.find((one) => one.name === context?.cluster)?.cluster as Record<string, unknown> | undefined
  const user = users?.find((one) => one.name === context?.user)?.user as Record<string, unknown> | undefined
  const refuse = (what: string, way: string): never => {
    throw new CliError('KUBECONFIG_UNSUPPORTED', `context ${name}: ${what} is not supported by explain`, { hint: way })
  }
  const token =
    'kubectl create token NAME gives a token; put it into a user of the kubeconfig, or use a client certificate'
  if (user?.exec !== undefined) refuse('authentication by a program (exec)', token)
  if (user?.['auth-provider'] !== undefined) refuse('authentication by auth-provider', token)
  if (user?.username !== undefined) refuse('authentication by password', token)
  if (user?.as !== undefined) refuse('impersonation (as)', 'use a user of its own')
  if (cluster?.['proxy-url'] !== undefined) refuse('proxy-url', 'run it where the API server is reached directly')
  if (typeof cluster?.server === 'string' && !cluster.server.startsWith('https://'))
    refuse(
      `the server ${cluster.server}, which is not https,`,
      'use the API server’s own address, not that of kubectl proxy',
    )
}

/** The cluster of this machine that a context leads to: by its name, and by where its API server is. */
const localCluster = (kubeconfig: Kubeconfig, context: string): ClusterConfig | undefined => {
  const prefix = contextName('')
  const cluster = kubeconfig.contexts?.find(({ name }) => name === context)?.context.cluster
  if (cluster === undefined || !cluster.startsWith(prefix)) return undefined
  const config = tryReadConfig(statePaths(clusterStateDir(cluster.slice(prefix.length))).config)
  const server = kubeconfig.clusters?.find(({ name }) => name === cluster)?.cluster.server
  if (config === undefined || server === undefined) return undefined
  const { hostname, port } = new URL(server)
  return hostname === '127.0.0.1' && port === String(config.apiServer.hostPort) ? config : undefined
}

const local = (name: string, environment: NodeJS.ProcessEnv): ExplainTarget => {
  const config = knownCluster(name)
  const fairlead = name === DEFAULT_NAME ? [] : ['--name', name]
  return { kind: 'local', config, flags: { fairlead, kubectl: kubectlFlags(config, environment) } }
}

/** What kubectl has to be told so that it asks this cluster: nothing where it would by itself. */
const kubectlFlags = ({ name }: ClusterConfig, environment: NodeJS.ProcessEnv): readonly string[] => {
  const context = contextName(name)
  const own = readKubeconfigs(kubeconfigPaths(undefined, environment))
  if (own?.['current-context'] === context) return []
  if (own?.contexts?.some((one) => one.name === context)) return ['--context', context]
  const file = kubeconfigOfCluster(name, environment)
  return readKubeconfigs([file])?.contexts?.some((one) => one.name === context)
    ? ['--kubeconfig', file, '--context', context]
    : []
}
