import { ClusterSnapshot } from '../../snapshot';
import { connectionsOf } from '../connections';
it('perf', () => {
  const objects = [];
  const NS = Number(process.env.NS ?? 500);
  for (let n = 0; n < 100; n++) objects.push({apiVersion:'v1',kind:'Node',metadata:{name:`n${n}`},status:{addresses:[{type:'InternalIP',address:`172.18.0.${n}`}]}});
  for (let i = 0; i < NS; i++) {
    objects.push({apiVersion:'v1',kind:'Namespace',metadata:{name:`ns${i}`,labels:{team:`t${i%20}`}}});
    for (let p = 0; p < 10; p++) objects.push({apiVersion:'v1',kind:'Pod',metadata:{name:`p${p}`,namespace:`ns${i}`,labels:{app:`a${p>>1}`}},spec:{nodeName:`n${(i*10+p)%100}`,containers:[{name:'m',ports:[{name:'http',containerPort:8080}]}]},status:{podIPs:[{ip:`10.${i>>8}.${i&255}.${p}`}]}});
    for (let p = 0; p < 4; p++) objects.push({apiVersion:'cilium.io/v2',kind:'CiliumNetworkPolicy',metadata:{name:`c${p}`,namespace:`ns${i}`},spec:{endpointSelector:{matchLabels:{app:`a${p}`}},
      ingress:[{fromEndpoints:[{matchLabels:{app:`a${(p+1)%5}`}},{matchLabels:{'io.kubernetes.pod.namespace':`ns${(i+p)%NS}`}}],toPorts:[{ports:[{port:'8080',protocol:'TCP'}], ...(p===0?{rules:{http:[{method:'GET',path:'/'}]}}:{})}]}],
      egress:[{toEndpoints:[{matchLabels:{'k8s-app':'dns','io.kubernetes.pod.namespace':'kube-system'}}],toPorts:[{ports:[{port:'53'}]}]},{toEntities:['cluster']},{toFQDNs:[{matchName:`x${i}.example`}],toPorts:[{ports:[{port:'443',protocol:'TCP'}]}]}]}});
  }
  const t0 = performance.now();
  const snapshot = ClusterSnapshot.create({ cluster: 'x', objects: objects as never, settings: { cni: 'cilium' } });
  const t1 = performance.now();
  const c = snapshot.derive(connectionsOf);
  const t2 = performance.now();
  for (const k of c.universe.podClasses) { c.relation(k, 'ingress'); c.relation(k, 'egress'); }
  const t3 = performance.now();
  throw new Error(`classes ${c.universe.podClasses.length} ext ${c.universe.externalClasses.length} snapshot ${t1-t0} create ${t2-t1} relations ${t3-t2} rss ${process.memoryUsage().rss/1e6}`);
});
