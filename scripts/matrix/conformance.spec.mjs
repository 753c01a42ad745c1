// The conformance suite of one vendor with one version of its SDK, on the built packages: some Node.js versions
// cannot run the TypeScript sources. The variables `CASE` and `SET` name the vendor and the version.
import { describeAllCopies, describeConformance } from '@llmtrace/test-fixtures/conformance';

const { CASE, SET } = process.env;
const { vendorCase } = await import(`@llmtrace/test-fixtures/cases/${CASE}`);
const module = import.meta.resolve(`@llmtrace/instrumentation-${CASE}`);
const exported = await import(module);
const { Instrumentation } = exported.entry;
const className = Object.keys(exported).find((name) => exported[name] === Instrumentation);

const vendor = { ...vendorCase, sets: [SET] };
const plain = { create: (config) => new Instrumentation(config), module, className };
describeConformance(vendor, { plain });
describeAllCopies(vendor, { plain });
