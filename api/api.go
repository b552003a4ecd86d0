package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"duban/documents"
	"duban/evidence"
	"duban/notify"
	"duban/papers"
	"duban/store"
)

// Options is what the API stands on.
type Options struct {
	// Record is read, Doer changes cases. Both are required.
	Record Record
	Doer   Doer
	// Jobs starts the workflows of jobs at once. Defaults to none: a Schedule
	// takes them up within minutes.
	Jobs Jobs
	// Evidence keeps files. Without it none can be sent or fetched, and whoever
	// tries is told so.
	Evidence *evidence.Store
	// Quota bounds the evidence of one case and of one unit. Defaults to 500 MiB
	// and 5 GiB.
	Quota store.Quota
	// Patience is how long whoever sends a file may take.
	Patience Patience
	// Logger gets one line for each request. Defaults to slog.Default().
	Logger *slog.Logger
	// Registry gets the API's metrics, which the API itself shows nobody: they
	// tell what is done. Defaults to a new one.
	Registry *prometheus.Registry
	// Clock stamps the instant a request is received. Defaults to time.Now.
	Clock func() time.Time
	// PerSecond and Burst bound the requests of one account. Default to 50 and
	// 200.
	PerSecond float64
	Burst     int
	// Engine and Worker say in a word how the engine and this process's worker
	// are, for /readyz. Default to "unknown".
	Engine func() string
	Worker func() string
	// StartImport has the cases of an import opened. Defaults to nothing: a
	// Schedule takes up what was ordered.
	StartImport func(ctx context.Context, importID string) error
	// StartNotices has the notices of a campaign drafted or signed. Defaults as
	// StartImport does.
	StartNotices func(ctx context.Context, runID string) error
	// Papers writes documents and has those that were sent out. Defaults to one
	// that has none.
	Papers *papers.Keeper
	// Targets judges addresses before they are kept. Defaults to package
	// notify's, with no host inside the house listed.
	Targets Targets
	// Version is the program's, shown in the OpenAPI document. Defaults to
	// "dev".
	Version string
}

func (o Options) withDefaults() Options {
	unknown := func() string { return "unknown" }
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Registry == nil {
		o.Registry = prometheus.NewRegistry()
	}
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.PerSecond <= 0 {
		o.PerSecond = 50
	}
	if o.Burst <= 0 {
		o.Burst = 200
	}
	if o.Quota.Case <= 0 {
		o.Quota.Case = 500 << 20
	}
	if o.Quota.Unit <= 0 {
		o.Quota.Unit = 5 << 30
	}
	o.Patience = o.Patience.withDefaults()
	if o.Engine == nil {
		o.Engine = unknown
	}
	if o.Worker == nil {
		o.Worker = unknown
	}
	if o.StartImport == nil {
		o.StartImport = func(context.Context, string) error { return nil }
	}
	if o.StartNotices == nil {
		o.StartNotices = func(context.Context, string) error { return nil }
	}
	if o.Targets == nil {
		channels, err := notify.New(notify.Options{})
		if err != nil {
			panic(fmt.Sprintf("api: judge addresses: %v", err))
		}
		o.Targets = channels
	}
	if o.Papers == nil {
		o.Papers = papers.New(documents.Office{}, nil)
	}
	if o.Version == "" {
		o.Version = "dev"
	}
	return o
}

// A server answers requests.
type server struct {
	record Record
	doer   Doer
	jobs   Jobs
	files  *evidence.Store
	quota  store.Quota
	// patience is how long a file may take to come.
	patience Patience
	// uploads, workbooks and downloads are the places of files on their way, and lanes
	// what each account has done at once; refused counts what was turned down.
	uploads, workbooks, downloads *shares
	lanes                         *lanes
	refused                       *refusals
	log                           *slog.Logger
	lines                         *requestLog
	clock                         func() time.Time
	engine                        func() string
	worker                        func() string
	access                        map[string]access
	limits                        *limiter
	metrics                       *metrics
	huma                          huma.API
	// said is what the sources say of the description's types, and asked of which values
	// it told.
	said  Sentences
	asked map[string]reflect.Type
	// startImport has an import done; reading is whose turn it is to read a workbook.
	startImport  func(ctx context.Context, importID string) error
	startNotices func(ctx context.Context, runID string) error
	reading      chan struct{}
	papers       *papers.Keeper
	targets      Targets
}

// New returns the whole API as one handler. It panics when the registry holds
// other metrics of the same names, and when its own routes contradict each
// other.
func New(o Options) http.Handler {
	router, _ := build(o.withDefaults())
	return methods(router)
}

// build makes the router and the server behind it.
func build(o Options) (*gin.Engine, *server) {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.HandleMethodNotAllowed = true
	router.RedirectTrailingSlash = false
	router.ForwardedByClientIP = false

	s := &server{
		record: o.Record, doer: o.Doer, jobs: o.Jobs, files: o.Evidence, quota: o.Quota, patience: o.Patience, uploads: newShares(maxUploads, uploadsOfAccount, o.Patience.Place), workbooks: newShares(maxWorkbooks, workbooksOfAccount, o.Patience.Place), downloads: newShares(maxDownloads, downloadsOfAccount, o.Patience.Place), lanes: newLanes(), refused: newRefusals(),
		log: o.Logger, lines: newRequestLog(o.Logger), clock: o.Clock, engine: o.Engine, worker: o.Worker,
		access: accessTable(), limits: newLimiter(o.PerSecond, o.Burst), metrics: newMetrics(o.Registry),
		startImport: o.StartImport, startNotices: o.StartNotices, reading: make(chan struct{}, 1),
		papers: o.Papers, targets: o.Targets,
	}
	router.Use(s.observe, s.recover, s.admit)
	router.NoRoute(s.noRoute)
	router.NoMethod(s.noMethod)

	s.said, s.asked = ReadSentences(sentencesText), map[string]reflect.Type{}
	s.huma = humagin.New(router, description(o.Version))
	s.routes()
	s.evidenceRoutes(router)
	s.importRoutes(router)
	s.directoryFiles(router)
	s.accountFiles(router)
	s.health(router)
	s.webhooks()
	s.kinds()
	s.describeKeys()
	s.describer().finish()
	s.document(router)
	return router, s
}

// routes lists every operation in the order in which the document shows them.
func (s *server) routes() {
	s.caseRoutes()
	s.ledgerRoutes()
	s.caseFileRoutes()
	s.paperRoutes()
	s.commandRoutes()
	s.taskRoutes()
	s.lookBackRoutes()
	s.overviewRoutes()
	s.campaignRoutes()
	s.drawRoutes()
	s.listRoutes()
	s.noticeRoutes()
	s.regionRoutes()
	s.removalRoutes()
	s.areaRoutes()
	s.unitRoutes()
	s.accountRoutes()
	s.addressRoutes()
	s.substituteRoutes()
	s.recusalRoutes()
	s.recusalRequestRoutes()
	s.messageRoutes()
	s.forceRoutes()
	s.ruleVersionRoutes()
	s.ruleProposalRoutes()
}
