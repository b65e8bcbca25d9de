/** The Kubernetes whose API this server keeps to; the build part says whose server it is. */
const KUBERNETES_MINOR = '36'
/** The oldest that it keeps to as well. */
const OLDEST_MINOR = '35'

/** `/version`: version.Info of apimachinery. */
export const versionInfo = (): object => ({
  major: '1',
  minor: KUBERNETES_MINOR,
  emulationMajor: '1',
  emulationMinor: KUBERNETES_MINOR,
  minCompatibilityMajor: '1',
  minCompatibilityMinor: OLDEST_MINOR,
  gitVersion: `v1.${KUBERNETES_MINOR}.0+fairlead`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: `node ${process.version}`,
  platform: `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
})
