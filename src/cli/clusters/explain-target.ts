import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type HttpsTarget, SERVICE_ACCOUNT_FOLDER, targetInPod } from '#client/https-client.ts'
import { type Kubeconfig, KubeconfigError, place } from '#client/kubeconfig/kubeconfig.ts'
import { targetOfKubeconfig } from '#client/kubeconfig/target.ts'
import { clusterStateDir } from '#cluster/claims/known-clusters.ts'
import type { ClusterConfig } from '#cluster/config.ts'
import { statePaths, tryReadConfig } from '#cluster/state/state.ts'
import type { CommandFlags } from '#explain/trace/question.ts'
import { CliError } from '../cli-error.ts'
import { contextName } from '../kubeconfig/kubeconfig.ts'
import { kubeconfigOfCluster } from '../kubeconfig/kubeconfig-entry.ts'
import { kubeconfigPaths, readKubeconfigs } from '../kubeconfig/kubeconfig-read.ts'
import { chosenCluster } from './chosen-cluster.ts'
import { knownCluster } from './known-cluster.ts'

/**
 * Which cluster is asked about: one of this machine, or one that a kubeconfig names and of which only the API is seen.
 */
export type ExplainTarget =
  | {
      readonly kind: 'local'
      readonly config: ClusterConfig
      /** That of the context by which it was found, as kubectl has it; undefined where it has none, or none was asked. */
      readonly namespace: string | undefined
      readonly flags: CommandFlags
    }
  | {
      readonly kind: 'api'
      readonly access: HttpsTarget
      readonly context: string
      /** What proves who asks, in words: `user "me" of /home/me/.kube/config`. */
      readonly login: string
      readonly namespace: string | undefined
      readonly flags: CommandFlags
    }

interface Chosen {
  readonly name: string | undefined
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
}

const DEFAULT_NAME = 'fairlead'

/**
 * `--name`: that cluster of this machine. `--kubeconfig`, `--context` or `$KUBECONFIG`: the one that they name, which
 * may be of this machine too. Else the cluster of this machine that is kubectl's current context, or `fairlead`; where
 * there is none, that context, whoever's it is; in a pod without a kubeconfig, the pod's own cluster. Throws CliError, KubeconfigError.
 */
export const explainTarget = (
  chosen: Chosen,
  environment: NodeJS.ProcessEnv,
  accountFolder = SERVICE_ACCOUNT_FOLDER,
): ExplainTarget => {
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
  if (file !== undefined && !existsSync(file))
    throw new KubeconfigError(`there is no kubeconfig ${file}`, { hint: 'name another with --kubeconfig' })
  const explicit = named || (environment.KUBECONFIG ?? '') !== ''
  if (!explicit) {
    const current = chosenCluster(undefined, environment)
    if (existsSync(clusterStateDir(current))) return local(current, environment, currentNamespace(current, environment))
  }
  const kubeconfig = readKubeconfigs(kubeconfigPaths(file, environment))
  const context = contextFlag ?? kubeconfig?.['current-context']
  if (kubeconfig === undefined || context === undefined) {
    if (named) throw new KubeconfigError('no kubeconfig has a current context', { hint: contextHint(kubeconfig) })
    return (
      (kubeconfig === undefined ? ownPod(environment, accountFolder) : undefined) ?? local(DEFAULT_NAME, environment)
    )
  }
  const own = localCluster(kubeconfig, context)
  const flags = [
    ...(file === undefined ? [] : ['--kubeconfig', file]),
    ...(contextFlag === undefined ? [] : ['--context', contextFlag]),
  ]
  if (own !== undefined) {
    const namespace = namespaceOf(kubeconfig, context)
    return { kind: 'local', config: own, namespace, flags: { fairlead: flags, kubectl: flags } }
  }
  const surroundings = { environment, terminal: process.stdin.isTTY === true, now: Date.now }
  const access = targetOfKubeconfig(kubeconfig, context, surroundings)
  const chosenContext = kubeconfig.contexts!.find((one) => one.name === context)!
  const { namespace, user } = chosenContext.context
  const login = place('user', kubeconfig.users?.find((one) => one.name === user) ?? { name: user ?? '' })
  return { kind: 'api', access, context, login, namespace, flags: { fairlead: flags, kubectl: flags } }
}

const contextHint = (kubeconfig: Kubeconfig | undefined): string => {
  const names = kubeconfig?.contexts?.map(({ name }) => name) ?? []
  return names.length > 0 ? `name one with --context: ${names.join(', ')}` : 'name a kubeconfig with --kubeconfig'
}

/** The API that a pod finds itself in; undefined where this process is in none. */
const ownPod = (environment: NodeJS.ProcessEnv, folder: string): ExplainTarget | undefined => {
  if (!environment.KUBERNETES_SERVICE_HOST || !existsSync(join(folder, 'token'))) return undefined
  return {
    kind: 'api',
    access: targetInPod(folder, environment),
    context: 'of this pod',
    login: `the ServiceAccount token in ${folder}`,
    namespace: readFileSync(join(folder, 'namespace'), 'utf8').trim() || undefined,
    flags: { fairlead: [], kubectl: [] },
  }
}

/** The cluster of this machine that a context leads to: by its name, and by where its API server is. */
const localCluster = (kubeconfig: Kubeconfig, context: string): ClusterConfig | undefined => {
  const prefix = contextName('')
  const cluster = kubeconfig.contexts?.find(({ name }) => name === context)?.context.cluster
  if (cluster === undefined || !cluster.startsWith(prefix)) return undefined
  const config = tryReadConfig(statePaths(clusterStateDir(cluster.slice(prefix.length))).config)
  const server = kubeconfig.clusters?.find(({ name }) => name === cluster)?.cluster.server
  if (config === undefined || server === undefined) return undefined
  const url = URL.parse(server)
  return url?.hostname === '127.0.0.1' && url.port === String(config.apiServer.hostPort) ? config : undefined
}

const namespaceOf = (kubeconfig: Kubeconfig | undefined, context: string | undefined): string | undefined =>
  kubeconfig?.contexts?.find(({ name }) => name === context)?.context.namespace || undefined

/** The namespace of kubectl's current context, where that leads to this cluster. */
const currentNamespace = (name: string, environment: NodeJS.ProcessEnv): string | undefined => {
  const kubeconfig = readKubeconfigs(kubeconfigPaths(undefined, environment))
  const context = kubeconfig?.['current-context']
  if (kubeconfig === undefined || context === undefined) return undefined
  return localCluster(kubeconfig, context)?.name === name ? namespaceOf(kubeconfig, context) : undefined
}

const local = (name: string, environment: NodeJS.ProcessEnv, namespace?: string): ExplainTarget => {
  const config = knownCluster(name)
  const fairlead = name === DEFAULT_NAME ? [] : ['--name', name]
  return { kind: 'local', config, namespace, flags: { fairlead, kubectl: kubectlFlags(config, environment) } }
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
