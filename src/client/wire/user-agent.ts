/** `fairlead/0.1.0 (linux/amd64) node-agent`: as Kubernetes' own name themselves, so that audit logs and metrics tell them apart. */
export const userAgent = (
  version: string,
  component: string,
  { platform, arch }: { readonly platform: string; readonly arch: string } = process,
): string => `fairlead/${version} (${platform}/${ARCHITECTURES[arch] ?? arch}) ${component}`

/** Node.js' names, as Go has them. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }
