/** The reasons of Events of Ingresses and their classes, with what each tells; `docs/ingress.md` has them too. */
export const REASONS = {
  UnsupportedAnnotation:
    'An annotation of ingress-nginx that is not honoured, whether requests get 503 for it, and what else does its work.',
  InvalidAnnotation: 'A value that an annotation cannot have, and what holds instead.',
  InvalidParameters: 'Of an IngressClass: parameters that are not understood, and what holds instead.',
  InvalidPath:
    'A path that no request can have, or that is no regular expression, and is left out; or a group that it does not have.',
  BackendNotFound: 'There is no such Service, or it has no such port; requests get 503.',
  UnsupportedBackend: 'A backend that is no Service with endpoints: a resource, or an ExternalName; requests get 503.',
  CertificateUnusable:
    'A Secret that is not there, holds no certificate with its key, or one for other hosts, or that the proxy does not take.',
  CertificateWaits:
    'The certificate of an Ingress without hosts is not shown yet, and who asks for other names is refused meanwhile.',
  Conflict: 'An older Ingress has the same path of the same host, the default backend, or the host’s certificate.',
  HostOwned:
    'With `host-ownership: exclusive`: the host, or one of those that a rule is for, belongs to another namespace.',
  CanaryUnused: 'A canary that has nothing to take a share of.',
  ProxyRefused: 'The proxy does not take a path, in its words.',
  ServiceBlocked: 'The Service of all Ingresses cannot be made, and why: others have its name, for instance.',
  DataPlaneBlocked: 'Others have names of what the pods of the gateway need, and which.',
} as const
