import { KubeconfigError, type KubeconfigUser } from './kubeconfig.ts'

/** What took the place of the providers that client-go has lost. */
const PLUGINS: Readonly<Record<string, string>> = {
  gcp: 'gcloud components install gke-gcloud-auth-plugin, then gcloud container clusters get-credentials',
  azure: 'kubelogin convert-kubeconfig writes the plugin that took its place into the kubeconfig',
}

/**
 * The token of `auth-provider: oidc`, which kubectl keeps in the kubeconfig and renews there. Throws KubeconfigError for
 * one that is over, and for the providers that Kubernetes no longer has.
 */
export const authProviderToken = (
  provider: NonNullable<KubeconfigUser['auth-provider']>,
  place: string,
  now: number,
): string => {
  const { name = '', config = {} } = provider
  if (name !== 'oidc') {
    throw new KubeconfigError(
      `${place}: auth-provider ${JSON.stringify(name)} is not there any more, neither here nor in kubectl since 1.26`,
      { hint: Object.hasOwn(PLUGINS, name) ? PLUGINS[name]! : 'use exec with a credential plugin' },
    )
  }
  const token = config['id-token']
  if (!token) throw new KubeconfigError(`${place}: auth-provider oidc has no id-token`, { hint: RENEW })
  const ends = endOf(token)
  if (ends !== undefined && ends * 1000 <= now) {
    const when = new Date(ends * 1000).toISOString()
    throw new KubeconfigError(`${place}: the id-token of auth-provider oidc has been over since ${when}`, {
      hint: RENEW,
    })
  }
  return token
}

const RENEW = 'kubectl get namespaces renews it in the kubeconfig, where it has a refresh-token; else log in anew'

/** `exp` of a JSON Web Token, seconds since 1970; undefined where it says none. */
const endOf = (token: string): number | undefined => {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { exp?: unknown }
    return typeof claims.exp === 'number' ? claims.exp : undefined
  } catch {
    return undefined
  }
}
