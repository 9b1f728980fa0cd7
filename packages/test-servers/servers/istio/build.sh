# istiod, which computes what proxies do, and istioctl; beside them lie the
# definitions of the objects that they read, and of messages to ztunnels.
go build -trimpath -ldflags='-s -w' -o "$OUT/" \
  istio.io/istio/pilot/cmd/pilot-discovery \
  istio.io/istio/istioctl/cmd/istioctl
folder_of() { go list -m -f '{{.Dir}}' "$1"; }
istio=$(folder_of istio.io/istio)
cat "$istio/manifests/charts/base/files/crd-all.gen.yaml" > "$OUT/istio-crds.yaml"
# What ztunnels are told.
cat "$istio/pkg/workloadapi/workload.proto" > "$OUT/workload.proto"
cat "$istio/pkg/workloadapi/security/authorization.proto" > "$OUT/authorization.proto"
for file in "$(folder_of sigs.k8s.io/gateway-api)"/config/crd/standard/*.yaml; do
  # That policy is for upgrades, and would refuse what is applied twice.
  case $file in *_vap_safeupgrades.yaml) continue ;; esac
  cat "$file"
  printf '\n---\n'
done > "$OUT/gateway-api-crds.yaml"
