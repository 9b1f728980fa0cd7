/** What only the demo needs: publishing without a code host, a pipeline and a GitOps controller. */
export { demoFeatures as default } from './demoFeatures';
