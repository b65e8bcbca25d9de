/** What a pod does not have here, and what to do instead. */
export const podUnserved = {
  ephemeralcontainers:
    'ephemeral containers are not supported by this cluster: run the tool in a container that is there (kubectl exec), or in a copy of the pod (kubectl debug POD --copy-to=NAME --image=fairlead/host)',
  resize:
    'pods are not resized in place by this cluster: change the resources in what makes the pod, such as its Deployment, or make the pod anew',
}
