import { CliError } from '../../cli-error.ts'

export const noSuchNamespace = (namespace: string, all: readonly string[]): CliError =>
  new CliError('NO_SUCH_NAMESPACE', `there is no namespace ${namespace}`, {
    hint: all.length > 0 ? `namespaces are ${all.join(', ')}` : 'kubectl get namespaces',
  })
