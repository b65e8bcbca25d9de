/** Which cluster is looked at. */
export const clusterFlags = {
  name: {
    value: 'NAME',
    help: 'a cluster of this machine; else the one of the kubeconfig that is named, else fairlead',
  },
  kubeconfig: { value: 'FILE', help: 'the cluster of this kubeconfig; else $KUBECONFIG' },
  context: { value: 'CONTEXT', help: 'a context of it; else its current one' },
} as const
