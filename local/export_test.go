package local

// For the tests of parts that cannot be seen from outside.
var (
	MajorVersion       = majorVersion
	TurnOver           = turnOver
	LogTail            = logTail
	ChooseInstallation = chooseInstallation
	MissingPostgres    = missingPostgres
)

type Installation = installation

func NewInstallation(bin string, major int) Installation { return installation{bin: bin, major: major} }

func (i Installation) Bin() string { return i.bin }
