# kwok plays the nodes' kubelets; its stages say how nodes and pods come to life.
go build -trimpath -ldflags='-s -w' -o "$OUT/" sigs.k8s.io/kwok/cmd/kwok
stages=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
for stage in \
  node/fast/node-initialize.yaml \
  node/heartbeat-with-lease/node-heartbeat-with-lease.yaml \
  pod/fast/pod-ready.yaml pod/fast/pod-complete.yaml pod/fast/pod-delete.yaml; do
  cat "$stages/$stage"
  printf '\n---\n'
done > "$OUT/stages.yaml"
