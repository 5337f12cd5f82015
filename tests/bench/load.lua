-- wrk: one path, each request with another citizen's session (BENCH_CITIZENS: a file, "cookie number serial" a line; NUMBER and SERIAL in BENCH_PATH
-- stand for theirs). Prints "figures requests seconds p50 p99 bad", in us.
local citizens, path = {}, os.getenv("BENCH_PATH")
for line in io.lines(os.getenv("BENCH_CITIZENS")) do
	local cookie, number, serial = line:match("^(%S+)%s+(%S+)%s+(%S+)$")
	citizens[#citizens + 1] = { headers = { ["Cookie"] = "__Host-session=" .. cookie }, path = path:gsub("NUMBER", number):gsub("SERIAL", serial) }
end
math.randomseed(7)
request = function()
	local citizen = citizens[math.random(#citizens)]
	return wrk.format("GET", citizen.path, citizen.headers)
end
done = function(summary, latency)
	local e = summary.errors
	io.write(string.format("figures %d %.3f %.0f %.0f %d\n", summary.requests, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
		e.connect + e.read + e.write + e.status + e.timeout))
end
