await undefined;
export default {};
