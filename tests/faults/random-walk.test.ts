import { walkTest } from './random-walk.ts';

// The two walks of this seed contain every kind of fault. `npm run test:exhaustive` takes other walks in each run.
walkTest(2, 40);
