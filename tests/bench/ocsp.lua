-- For wrk: POSTs of the lines of BENCH_REQUESTS (hex), one after the other from a place of its own. Prints "figures REQUESTS FAILED".
local requests, at = {}, tonumber(os.getenv("BENCH_START")) or 0

init = function()
	for line in io.lines(os.getenv("BENCH_REQUESTS")) do
		requests[#requests + 1] = wrk.format("POST", nil, { ["Content-Type"] = "application/ocsp-request" }, (line:gsub("..", function(x) return string.char(tonumber(x, 16)) end)))
	end
end

request = function()
	at = at + 1
	return requests[at % #requests + 1]
end

done = function(summary)
	local e = summary.errors
	print("figures " .. summary.requests .. " " .. (e.connect + e.read + e.write + e.status + e.timeout))
end
